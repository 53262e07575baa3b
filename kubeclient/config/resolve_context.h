// From a context's name to the server, the trust and the credentials it stands for. Used by
// LoadConfig.
#pragma once

#include "kubeclient/base/result.h"
#include "kubeclient/config/client_config.h"
#include "kubeclient/config/kubeconfig_file.h"

namespace windlass {

// The context that `sources` names, or else the current one. Refuses what is empty.
Result<ClientConfig> ResolveContext(const Kubeconfig& kubeconfig, const ConfigSources& sources);

}  // namespace windlass
