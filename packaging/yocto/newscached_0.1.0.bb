# UNTESTED: written from the build's requirements, never run through bitbake.
# Copy it into a layer of yours and say in local.conf where the checkout is:
#   EXTERNALSRC:pn-newscached = "/path/to/newscached"
# Layers: oe-core and meta-oe; what neither of them has in your release (cli11, tomlplusplus) needs a recipe of your own.
SUMMARY = "A news cache for machines that are often offline"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=73ba31aced3be7648f3cd0e13e551ad2"

DEPENDS = "boost cli11 curl fmt libarchive ncurses openssl pugixml sqlite3 systemd tomlplusplus zlib zstd"

inherit cmake pkgconfig systemd useradd features_check externalsrc
REQUIRED_DISTRO_FEATURES = "systemd"

# PACKAGECONFIG:remove = "pages" leaves out the reading of web pages.
PACKAGECONFIG ??= "pages"
PACKAGECONFIG[pages] = "-DNEWSCACHE_OFFLINE=ON,-DNEWSCACHE_OFFLINE=OFF"

EXTRA_OECMAKE = "-DCMAKE_BUILD_TYPE=MinSizeRel -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON -DBUILD_TESTING=OFF"
EXTRA_OECMAKE += "-DCMAKE_INSTALL_SYSCONFDIR=${sysconfdir}"

# Users at build time, as an image with a read-only root needs them; systemd-sysusers finds them there.
USERADD_PACKAGES = "${PN}"
GROUPADD_PARAM:${PN} = "--system newscache"
USERADD_PARAM:${PN} = "--system --user-group --home-dir ${localstatedir}/lib/newscached --shell /sbin/nologin newscached"

SYSTEMD_SERVICE:${PN} = "newscached.socket newscached.service"

PACKAGES =+ "newscache libnewscache"
FILES:newscache = "${bindir}/newscache ${datadir}/bash-completion ${datadir}/zsh ${datadir}/fish"
FILES:libnewscache = "${libdir}/libnewscache.so.*"
FILES:${PN} += "${nonarch_libdir}/systemd ${nonarch_libdir}/sysusers.d ${nonarch_libdir}/tmpfiles.d"
CONFFILES:${PN} = "${sysconfdir}/newscached/newscached.toml"
RRECOMMENDS:${PN} = "ca-certificates newscache tzdata"
