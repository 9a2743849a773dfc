#include "support/certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace newscache::test {
namespace {

template <auto free_it>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    free_it(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using File = std::unique_ptr<std::FILE, Deleter<std::fclose>>;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("test certificate: cannot ") + what);
}

void add_extension(X509& certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  require(extension && X509_add_ext(&certificate, extension.get(), -1) == 1, "add an extension");
}

Certificate signed_by_itself(EVP_PKEY& key, const CertificateSpec& spec) {
  Certificate certificate(X509_new());
  require(certificate && X509_set_version(certificate.get(), 2) == 1, "make a certificate");
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), static_cast<long>(spec.valid_from.count()));
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), static_cast<long>(spec.valid_to.count()));
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  const auto* const words = reinterpret_cast<const unsigned char*>("newscached test");
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, words, -1, -1, 0) == 1, "name the certificate");
  require(X509_set_issuer_name(certificate.get(), name) == 1, "name the issuer");
  require(X509_set_pubkey(certificate.get(), &key) == 1, "set the key");
  add_extension(*certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(*certificate, NID_subject_alt_name, "IP:" + spec.address);
  require(X509_sign(certificate.get(), &key, EVP_sha256()) > 0, "sign the certificate");
  return certificate;
}

}  // namespace

CertificateFiles make_certificate(const std::string& folder, const std::string& name, const CertificateSpec& spec) {
  const Key key(EVP_EC_gen("P-256"));
  require(key != nullptr, "make a key");
  const auto certificate = signed_by_itself(*key, spec);
  CertificateFiles files{folder + "/" + name + ".crt", folder + "/" + name + ".key"};
  const File certificate_file(std::fopen(files.certificate.c_str(), "w"));
  require(certificate_file && PEM_write_X509(certificate_file.get(), certificate.get()) == 1, "write the certificate");
  const File key_file(std::fopen(files.key.c_str(), "w"));
  require(key_file && PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "write the key");
  return files;
}

}  // namespace newscache::test
