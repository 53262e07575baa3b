#include "cmd/windlass/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace windlass {
namespace {

double BootTimeSeconds() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("btime ", 0) == 0) return std::stod(line.substr(6));
  }
  return 0;
}

// Reads /proc/self/stat. Starts behind the second field, the program's name in parentheses, because
// a name may contain blanks.
void ReadStat(ProcessFigures& figures) {
  std::ifstream file("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return;
  std::istringstream rest(text.substr(name_end + 1));
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  std::string field;
  for (int index = 3; rest >> field; ++index) {
    if (index == 14 || index == 15) figures.cpu_seconds += std::stod(field) / ticks;
    if (index == 22) figures.start_time_seconds = BootTimeSeconds() + std::stod(field) / ticks;
    if (index == 23) figures.virtual_bytes = std::stod(field);
    if (index == 24) {
      figures.resident_bytes = std::stod(field) * static_cast<double>(sysconf(_SC_PAGESIZE));
      return;
    }
  }
}

}  // namespace

ProcessFigures ReadProcessFigures() {
  ProcessFigures figures;
  ReadStat(figures);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.max_fds = static_cast<double>(limit.rlim_cur);
  std::error_code error;
  const std::filesystem::directory_iterator fds("/proc/self/fd", error);
  if (!error) figures.open_fds = static_cast<double>(std::distance(begin(fds), end(fds)));
  return figures;
}

}  // namespace windlass
