#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "cmd/windlass/all_metrics.h"
#include "kubeclient/base/stderr_writer.h"
#include "windlass_version.h"

namespace windlass {
namespace {

constexpr Metric kCpu{"process_cpu_seconds_total", MetricType::kCounter,
                      "User and system CPU time spent in seconds."};
constexpr Metric kResident{"process_resident_memory_bytes", MetricType::kGauge,
                           "Resident memory size in bytes."};
constexpr Metric kVirtual{"process_virtual_memory_bytes", MetricType::kGauge,
                          "Virtual memory size in bytes."};
constexpr Metric kStart{"process_start_time_seconds", MetricType::kGauge,
                        "Start time since the Unix epoch in seconds."};
constexpr Metric kOpenFiles{"process_open_fds", MetricType::kGauge,
                            "Number of open file descriptors."};
constexpr Metric kMaxFiles{"process_max_fds", MetricType::kGauge,
                           "Maximum number of open file descriptors."};
constexpr Metric kTurnCpu{
    "windlass_core_turn_cpu_seconds", MetricType::kHistogram,
    "CPU time of one turn of the core loop, in seconds. During a turn, no Lease is renewed and no "
    "reply is handled. Most turns take less than 0.05."};
constexpr Metric kLinesDropped{"windlass_log_lines_dropped_total", MetricType::kCounter,
                               "Log lines dropped because nothing read standard error in time."};
constexpr Metric kBuild{"windlass_build_info",
                        MetricType::kGauge,
                        "Always 1; the label has the version that runs.",
                        {{{"version", {}, "as `windlass --version` prints it"}}}};

// The standard figures about a process, under the names that Prometheus client libraries use.
struct ProcessFigures {
  double cpu_seconds = 0;
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double start_time_seconds = 0;  // since 1970
  double open_fds = 0;
  double max_fds = 0;
};

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

// Returns the current figures. A figure that cannot be read is 0.
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

}  // namespace

MetricSection ProcessMetrics() {
  return {"Process",
          {&kCpu, &kResident, &kVirtual, &kStart, &kOpenFiles, &kMaxFiles, &kTurnCpu,
           &kLinesDropped, &kBuild}};
}

void AddProcess(const Snapshot& snapshot, Figures& figures) {
  const ProcessFigures process = ReadProcessFigures();
  figures.Set(kCpu, process.cpu_seconds);
  figures.Set(kResident, process.resident_bytes);
  figures.Set(kVirtual, process.virtual_bytes);
  figures.Set(kStart, process.start_time_seconds);
  figures.Set(kOpenFiles, process.open_fds);
  figures.Set(kMaxFiles, process.max_fds);
  figures.Spread(kTurnCpu, snapshot.turn_cpu);
  figures.Count(kLinesDropped, LogLinesDropped());
  figures.Set(kBuild, 1, {WINDLASS_VERSION});
}

}  // namespace windlass
