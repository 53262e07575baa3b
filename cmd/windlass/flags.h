// The command line: flags with the names and forms that Kubernetes components use.
#pragma once

#include <string>

#include "controller/runtime/watching_controller.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/result.h"
#include "kubeclient/config/token_source.h"

namespace windlass {

struct Flags {
  std::string kubeconfig;  // "" = in-cluster, $KUBECONFIG, ~/.kube/config (kubeconfig.h)
  std::string namespace_;  // "" = all
  bool leader_elect = true;
  bool force = false;  // with leader_elect false: lead although a process holds the Lease (L-017)
  std::string leader_elect_name = "windlass";
  std::string leader_elect_namespace = "windlass-system";
  Duration lease_duration = seconds(15);
  Duration renew_deadline = seconds(10);
  Duration retry_period = seconds(2);
  double qps = 50;
  int burst = 100;
  int max_in_flight = 64;
  std::string controllers;  // the controllers to run; required (controllers_flag.h)
  std::string metrics_bind_address = "127.0.0.1:8080";  // host:port; port 0 = any; "0" = off
  std::string health_probe_bind_address = "0";          // the same, for probes alone
  bool metrics_namespace_label = true;  // false: metrics name neither namespaces nor objects
  LogFormat log_format = LogFormat::kText;
  int verbosity = 0;  // 0: decisions and warnings; 4 and above: also debug
  bool insecure_skip_tls_verify = false;
  Duration credentials_poll_period = kCredentialsPoll;
  std::string version_line;  // the text of --version or --help: print it and exit with 0
};

// Returns the flags. If one is wrong, returns kConfig with one line that names the flag and says
// what is wrong. If it is a flag of an earlier version, the line says what to do instead. --help
// lists `controllers`. ParseFlags does not check Flags::controllers against that list.
Result<Flags> ParseFlags(int argc, const char* const* argv, const ControllerList& controllers);

}  // namespace windlass
