#include "base/confine.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>
#include <vector>

namespace newscache {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool has_sanitizer = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool has_sanitizer = true;
#else
constexpr bool has_sanitizer = false;
#endif
#else
constexpr bool has_sanitizer = false;
#endif

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#elif defined(__arm__)
constexpr std::uint32_t architecture = AUDIT_ARCH_ARM;
#else
constexpr std::uint32_t architecture = 0;  // no filter
#endif

// What a parser never needs: other processes, the network, files, asking the kernel for more.
constexpr unsigned refused_calls[] = {
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_sendto,
    SYS_sendmsg,
    SYS_sendmmsg,
    SYS_clone,
    SYS_clone3,
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_kill,
    SYS_tkill,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_setpriority,
    SYS_ioprio_set,
    SYS_sched_setaffinity,
    SYS_sched_setscheduler,
    SYS_sched_setparam,
    SYS_sched_setattr,
    SYS_fcntl,  // a descriptor's owner gets signals
    SYS_ioctl,
    SYS_pidfd_open,
    SYS_pidfd_getfd,
    SYS_pidfd_send_signal,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_unshare,
    SYS_setns,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_memfd_create,
    SYS_openat,
    SYS_openat2,
    SYS_open_by_handle_at,
    SYS_unlinkat,
    SYS_mkdirat,
    SYS_mknodat,
    SYS_symlinkat,
    SYS_linkat,
    SYS_renameat2,
    SYS_truncate,
    SYS_ftruncate,
    SYS_fchmod,
    SYS_fchmodat,
    SYS_fchown,
    SYS_fchownat,
    SYS_setxattr,
    SYS_utimensat,
    SYS_msgget,
    SYS_shmget,
    SYS_mq_open,
    SYS_inotify_init1,
    SYS_fanotify_init,
    SYS_personality,
#ifdef SYS_fcntl64  // where a register has 32 bits
    SYS_fcntl64,
    SYS_truncate64,
    SYS_ftruncate64,
    SYS_utimensat_time64,
#endif
#ifdef SYS_renameat
    SYS_renameat,
#endif
#ifdef SYS_open  // the older calls, where there are any
    SYS_open,
    SYS_creat,
    SYS_fork,
    SYS_vfork,
    SYS_unlink,
    SYS_rmdir,
    SYS_mkdir,
    SYS_mknod,
    SYS_symlink,
    SYS_link,
    SYS_rename,
    SYS_chmod,
    SYS_chown,
    SYS_lchown,
#endif
};

Error failure(const char* what, int error) {
  return {Cause::internal,
          std::string("cannot ") + what + ": " + std::error_code(error, std::generic_category()).message()};
}

// `for_good`: it cannot be raised again, but by root.
Result<void> limit(int resource, rlim_t soft, bool for_good, const char* what) {
  rlimit old{};
  if (::prlimit(0, static_cast<__rlimit_resource>(resource), nullptr, &old) != 0) return failure(what, errno);
  const auto most = std::min(soft, old.rlim_max);
  const rlimit wanted{most, for_good ? most : old.rlim_max};
  if (::prlimit(0, static_cast<__rlimit_resource>(resource), &wanted, nullptr) != 0) return failure(what, errno);
  return {};
}

// A program for the kernel: the architecture's own calls only, none that are refused, and some for this process alone.
std::vector<sock_filter> call_filter() {
  constexpr std::uint32_t refuse = SECCOMP_RET_ERRNO | EPERM;
  constexpr auto load = [](std::size_t offset) {
    return sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  };
  constexpr auto answer = [](std::uint32_t value) { return sock_filter BPF_STMT(BPF_RET | BPF_K, value); };
  std::vector<sock_filter> filter;
  filter.push_back(load(offsetof(seccomp_data, arch)));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0));
  filter.push_back(answer(SECCOMP_RET_KILL_PROCESS));
  filter.push_back(load(offsetof(seccomp_data, nr)));
#ifdef __x86_64__
  constexpr std::uint32_t x32_calls = 0x40000000;
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, x32_calls, 0, 1));
  filter.push_back(answer(SECCOMP_RET_KILL_PROCESS));
#endif
  // What has come since is refused unseen: fchmodat2 (452) would do what fchmodat may not.
  constexpr std::uint32_t newest_known = 451;
#ifdef __arm__
  constexpr std::uint32_t arm_calls = 0xf0000;
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, arm_calls, 2, 0));
#endif
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, newest_known, 0, 1));
  filter.push_back(answer(refuse));
  for (const unsigned call : refused_calls) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
    filter.push_back(answer(refuse));
  }
  const struct {
    unsigned call;
    std::uint32_t process;  // its first argument
  } for_itself[] = {{SYS_tgkill, static_cast<std::uint32_t>(::getpid())}, {SYS_prlimit64, 0}};
  const std::size_t lower_half = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 4;
  for (const auto& [call, process] : for_itself) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4));
    filter.push_back(load(offsetof(seccomp_data, args) + lower_half));
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, process, 0, 1));
    filter.push_back(answer(SECCOMP_RET_ALLOW));
    filter.push_back(answer(refuse));
  }
  filter.push_back(answer(SECCOMP_RET_ALLOW));
  return filter;
}

}  // namespace

Result<void> bound_memory(std::size_t bytes) {
  if (const auto done = limit(RLIMIT_CORE, 0, true, "switch core dumps off"); !done) return done;
  if (has_sanitizer) return {};
  return limit(RLIMIT_AS, bytes, true, "limit the memory");
}

Result<void> bound_cpu(std::chrono::seconds more) {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1 + more.count();
  return limit(RLIMIT_CPU, static_cast<rlim_t>(seconds), false, "limit the time for computing");
}

Result<void> confine() {
  constexpr rlim_t standard_files = 3;
  if (const auto done = limit(RLIMIT_FSIZE, 0, true, "forbid writing to files"); !done) return done;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failure("give up new privileges", errno);
  if (has_sanitizer) return {};
  if (const auto done = limit(RLIMIT_NOFILE, standard_files, true, "forbid opening files"); !done) return done;
  if (architecture == 0) return {};
  auto filter = call_filter();
  sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  // A kernel without seccomp has the other bounds.
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0 && errno != EINVAL && errno != ENOSYS) {
    return failure("filter the calls of the kernel", errno);
  }
  return {};
}

}  // namespace newscache
