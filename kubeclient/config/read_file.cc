#include "kubeclient/config/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace windlass {
namespace {

Error Failed(const std::string& path, const std::string& what) {
  return {ErrorKind::kConfig, path + ": " + what};
}

}  // namespace

Result<std::string> ReadFile(const std::string& path, size_t bytes_max) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Failed(path, std::generic_category().message(errno));
  std::string text;
  char buffer[16384];
  for (;;) {
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    const int failure = got < 0 ? errno : 0;
    if (got > 0) text.append(buffer, static_cast<size_t>(got));
    if (got > 0 && text.size() <= bytes_max) continue;
    close(fd);
    if (failure != 0) return Failed(path, std::generic_category().message(failure));
    break;
  }
  if (text.size() > bytes_max) {
    return Failed(path, "is larger than " + std::to_string(bytes_max >> 10U) + " KiB");
  }
  return text;
}

bool IsWorldReadable(const std::string& path) {
  struct stat state {};
  return stat(path.c_str(), &state) == 0 && (state.st_mode & S_IROTH) != 0;
}

bool FileExists(const std::string& path) {
  struct stat state {};
  return stat(path.c_str(), &state) == 0 || errno != ENOENT;
}

}  // namespace windlass
