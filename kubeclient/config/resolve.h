// The steps of ResolveContext, each in a .cc file of its own. Each returns kConfig if the
// kubeconfig is wrong.
#pragma once

#include "kubeclient/base/result.h"
#include "kubeclient/config/client_config.h"
#include "kubeclient/config/entry_reader.h"

namespace windlass {

// Reads server, proxy and trust into `config`.
Status ReadCluster(const EntryReader& cluster, const ConfigSources& sources, ClientConfig& config);

// Reads into `config` how we authenticate (token, basic authentication, client certificate or
// plugin) and which user we impersonate. Call it after ReadCluster: a plugin may need the cluster's
// data.
Status ReadUser(const EntryReader& user, const EntryReader& cluster, const ConfigSources& sources,
                ClientConfig& config);

// Reads the user's field "exec", which must be present.
Result<ExecPluginConfig> ReadExec(const EntryReader& user, const EntryReader& cluster,
                                  const ConfigSources& sources, const ClientConfig& config);

}  // namespace windlass
