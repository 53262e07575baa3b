// ExecPluginConfig: which credential plugin to run for a kubeconfig's user, and with what.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace windlass {

struct ExecPluginConfig {
  std::string api_version;        // client.authentication.k8s.io/v1 or …/v1beta1
  std::string command;            // absolute path
  std::vector<std::string> args;  // without the command itself
  std::vector<std::pair<std::string, std::string>> env;  // added to our own environment
  std::string info;          // value of KUBERNETES_EXEC_INFO, a JSON object
  std::string install_hint;  // may be empty; may have several lines
  // True if the plugin shares our standard input and standard error, which are then a terminal.
  bool interactive = false;
};

}  // namespace windlass
