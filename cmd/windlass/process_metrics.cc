#include "cmd/windlass/metric_parts.h"
#include "cmd/windlass/process_figures.h"
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
constexpr Metric kTurnCpu{"windlass_core_turn_cpu_seconds", MetricType::kHistogram,
                          "CPU time of one turn of the core loop. Meanwhile no Lease is renewed "
                          "and no reply handled; most turns take less than 50 ms."};
constexpr Metric kLinesDropped{"windlass_log_lines_dropped_total", MetricType::kCounter,
                               "Log lines that were dropped because standard error was not read."};
constexpr Metric kBuild{"windlass_build_info",
                        MetricType::kGauge,
                        "1, with the version that is running.",
                        {{{"version", {}, "as `windlass --version` prints it"}}}};

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
