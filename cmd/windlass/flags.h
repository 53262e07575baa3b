// The command line, in Kubernetes style.
#pragma once

#include <optional>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/result.h"
#include "kubeclient/config/token_source.h"

namespace windlass {

struct Flags {
  std::string kubeconfig;  // "" = environment, home folder, in-cluster
  std::string namespace_;  // "" = all
  bool leader_elect = true;
  bool force = false;  // lead without a Lease although somebody holds it (L-017)
  std::string leader_elect_name = "windlass";
  std::string leader_elect_namespace = "windlass-system";
  Duration lease_duration = seconds(15);
  Duration renew_deadline = seconds(10);
  Duration retry_period = seconds(2);
  double qps = 50;
  int burst = 100;
  int max_in_flight = 64;
  std::string metrics_bind_address = "127.0.0.1:8080";  // host:port; port 0 = any; "0" = off
  LogFormat log_format = LogFormat::kText;
  int verbosity = 0;  // 0 decisions and warnings, 4 and above also debug
  bool insecure_skip_tls_verify = false;
  Duration credentials_poll_period = kCredentialsPoll;
  std::string version_line;  // set by --version or --help: print it and leave with 0
};

// Returns Error kConfig with one line that names the flag, and the constraint it breaks or, for a
// flag of an earlier version, what to do instead.
Result<Flags> ParseFlags(int argc, const char* const* argv);

// "15s", "1m30s", "500ms", "2h": Go's durations, as Kubernetes flags take them.
std::optional<Duration> ParseDuration(const std::string& text);

}  // namespace windlass
