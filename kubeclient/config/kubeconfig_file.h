// Kubeconfig files: parsed, merged, and one context of them resolved. Used by LoadConfig.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "kubeclient/base/result.h"
#include "kubeclient/config/kubeconfig.h"
#include "kubeclient/config/yaml_reader.h"

namespace windlass {

// A named cluster, user or context, and the file it stands in.
struct KubeconfigEntry {
  std::string path;
  YamlNode node;  // the inner map: "cluster", "user" or "context"
};

// One file, or several merged.
struct Kubeconfig {
  std::string path;  // of the first file
  std::string current_context;
  std::map<std::string, KubeconfigEntry> clusters;
  std::map<std::string, KubeconfigEntry> users;
  std::map<std::string, KubeconfigEntry> contexts;

  // What `later` defines and this does not (first definition wins, as in client-go).
  void Merge(Kubeconfig later);
};

Result<Kubeconfig> ReadKubeconfig(const std::string& path);

// The context that `sources` names, or else the current one.
Result<ClientConfig> ResolveContext(const Kubeconfig& kubeconfig, const ConfigSources& sources);

}  // namespace windlass
