// ResolveContext finds the server, its CA and the credentials that a context names. The other
// functions are its steps, each in a .cc file of its own. Every function returns kConfig if the
// kubeconfig is wrong.
#pragma once

#include "kubeclient/base/result.h"
#include "kubeclient/config/client_config.h"
#include "kubeclient/config/entry_reader.h"
#include "kubeclient/config/kubeconfig_file.h"

namespace windlass {

// Used by LoadConfig. Resolves the context that `sources` names, or the file's current-context if
// `sources` names none. Returns kConfig if `kubeconfig` is empty.
Result<ClientConfig> ResolveContext(const Kubeconfig& kubeconfig, const ConfigSources& sources);

// Reads into `config` the server, its proxy, and how to verify the server's certificate.
Status ReadCluster(const EntryReader& cluster, const ConfigSources& sources, ClientConfig& config);

// Reads into `config` how we authenticate (token, basic authentication, client certificate or
// plugin) and which user we impersonate. Call it after ReadCluster, because a plugin may need the
// cluster's data.
Status ReadUser(const EntryReader& user, const EntryReader& cluster, const ConfigSources& sources,
                ClientConfig& config);

// Reads the user's field "exec", which must be present.
Result<ExecPluginConfig> ReadExec(const EntryReader& user, const EntryReader& cluster,
                                  const ConfigSources& sources, const ClientConfig& config);

}  // namespace windlass
