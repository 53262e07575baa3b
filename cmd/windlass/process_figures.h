// The figures about its own process that every Prometheus client exposes, read from /proc.
#pragma once

namespace windlass {

struct ProcessFigures {
  double cpu_seconds = 0;
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double start_time_seconds = 0;  // since 1970
  double open_fds = 0;
  double max_fds = 0;
};

// Returns the current figures. One that cannot be read is 0.
ProcessFigures ReadProcessFigures();

}  // namespace windlass
