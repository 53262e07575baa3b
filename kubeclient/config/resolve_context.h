// Resolves a context's name to a server, its CA and credentials. Used by LoadConfig.
#pragma once

#include "kubeclient/base/result.h"
#include "kubeclient/config/client_config.h"
#include "kubeclient/config/kubeconfig_file.h"

namespace windlass {

// Resolves the context that `sources` names, or the file's current-context if `sources` names none.
// Returns kConfig if `kubeconfig` is empty.
Result<ClientConfig> ResolveContext(const Kubeconfig& kubeconfig, const ConfigSources& sources);

}  // namespace windlass
