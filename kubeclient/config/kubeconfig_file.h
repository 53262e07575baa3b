// Kubeconfig files: parsed and merged. Used by LoadConfig.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "kubeclient/base/result.h"
#include "kubeclient/config/yaml_reader.h"

namespace windlass {

// The largest kubeconfig file that is read; certificates may stand in it.
inline constexpr size_t kKubeconfigBytesMax = size_t{1} << 20U;

// A named cluster, user or context, and the file it stands in.
struct KubeconfigEntry {
  std::string path;
  YamlNode node;  // the inner map: "cluster", "user" or "context"
};

// One file, or several merged.
struct Kubeconfig {
  std::string path;    // of the first file that is not empty, if there is one
  bool empty = false;  // none of the files holds anything
  std::string current_context;
  std::map<std::string, KubeconfigEntry> clusters;
  std::map<std::string, KubeconfigEntry> users;
  std::map<std::string, KubeconfigEntry> contexts;

  // What `later` defines and this does not (first definition wins, as in client-go).
  void Merge(Kubeconfig later);
};

// An empty file is no error: another may be merged into it.
Result<Kubeconfig> ReadKubeconfig(const std::string& path);

}  // namespace windlass
