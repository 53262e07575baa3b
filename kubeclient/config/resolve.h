// The parts of resolving a context, a file each. Used by ResolveContext.
#pragma once

#include "kubeclient/base/result.h"
#include "kubeclient/config/client_config.h"
#include "kubeclient/config/entry_reader.h"

namespace windlass {

// Server, proxy and trust.
Status ReadCluster(const EntryReader& cluster, bool insecure_flag, ClientConfig& config);

// Who we are: token, basic authentication, client certificate or plugin, and whom we impersonate.
// `cluster` has been read into `config`: a plugin may be told of it.
Status ReadUser(const EntryReader& user, const EntryReader& cluster, const ConfigSources& sources,
                ClientConfig& config);

// "user: exec", of which there is one.
Result<ExecPluginConfig> ReadExec(const EntryReader& user, const EntryReader& cluster,
                                  const ConfigSources& sources, const ClientConfig& config);

}  // namespace windlass
