// Parses and merges kubeconfig files. Used by LoadConfig.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "kubeclient/base/result.h"
#include "kubeclient/config/yaml_reader.h"

namespace windlass {

// The largest kubeconfig file that is read. The file may contain certificates.
inline constexpr size_t kKubeconfigBytesMax = size_t{1} << 20U;

// A named cluster, user or context, and the file that defines it.
struct KubeconfigEntry {
  std::string path;
  YamlNode node;  // the inner map: "cluster", "user" or "context"
};

// One file, or several merged.
struct Kubeconfig {
  std::string path;    // of the first file that is not empty; else of the first file
  bool empty = false;  // every file is empty
  std::string current_context;
  std::map<std::string, KubeconfigEntry> clusters;
  std::map<std::string, KubeconfigEntry> users;
  std::map<std::string, KubeconfigEntry> contexts;

  // Adds the clusters, users and contexts of `later`, and its current-context if this object has
  // none. If both define the same name, this object keeps its own definition, as in client-go.
  void Merge(Kubeconfig later);
};

// Reads one file. An empty file is not an error, because other files may be merged with it.
Result<Kubeconfig> ReadKubeconfig(const std::string& path);

}  // namespace windlass
