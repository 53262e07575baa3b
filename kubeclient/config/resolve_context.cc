
#include "kubeclient/config/resolve.h"

namespace windlass {
namespace {

Error NoSuch(const Kubeconfig& kubeconfig, const std::string& what, const std::string& remedy) {
  return {ErrorKind::kConfig, "kubeconfig " + kubeconfig.path + ": " + what + ": " + remedy};
}

std::string Quoted(const std::string& kind, const std::string& name) {
  return kind + " \"" + name + "\"";
}

}  // namespace

Result<ClientConfig> ResolveContext(const Kubeconfig& kubeconfig, const ConfigSources& sources) {
  if (kubeconfig.empty) {
    return Error{ErrorKind::kConfig, "kubeconfig " + kubeconfig.path + ": is empty"};
  }
  const std::string& name = sources.context.empty() ? kubeconfig.current_context : sources.context;
  if (name.empty()) {
    return NoSuch(kubeconfig, "current-context is not set",
                  "choose one with kubectl config use-context NAME");
  }
  const auto chosen = kubeconfig.contexts.find(name);
  if (chosen == kubeconfig.contexts.end()) {
    return NoSuch(kubeconfig, Quoted("context", name) + " is not defined",
                  "see kubectl config get-contexts");
  }
  const EntryReader reader(chosen->second, Quoted("context", name));
  const Status fields = reader.OnlyKnows({"cluster", "user", "namespace", "extensions"});
  if (!fields.ok()) return fields.error();
  WINDLASS_TRY(std::string cluster_name, reader.Text("cluster"));
  WINDLASS_TRY(std::string user_name, reader.Text("user"));
  if (!sources.cluster.empty()) cluster_name = sources.cluster;
  if (!sources.user.empty()) user_name = sources.user;

  ClientConfig config;
  config.source = "kubeconfig " + chosen->second.path + ", context " + name;
  WINDLASS_TRY(config.namespace_, reader.Text("namespace"));
  const auto cluster = kubeconfig.clusters.find(cluster_name);
  if (cluster == kubeconfig.clusters.end()) {
    return reader.Wrong("cluster", cluster_name.empty()
                                       ? "is missing: name one of the file's clusters"
                                       : Quoted("cluster", cluster_name) + " is not defined");
  }
  const EntryReader server(cluster->second, Quoted("cluster", cluster_name));
  const Status reached = ReadCluster(server, sources, config);
  if (!reached.ok()) return reached.error();
  if (user_name.empty()) {
    config.notes.push_back("the context names no user: requests are anonymous");
    return config;
  }
  const auto user = kubeconfig.users.find(user_name);
  if (user == kubeconfig.users.end()) {
    return reader.Wrong("user", Quoted("user", user_name) + " is not defined");
  }
  const Status known =
      ReadUser(EntryReader(user->second, Quoted("user", user_name)), server, sources, config);
  if (!known.ok()) return known.error();
  return config;
}

}  // namespace windlass
