// How to reach the API server and as whom: from a kubeconfig file, or from the Pod we run in.
//
// Order: --kubeconfig; in-cluster, where KUBERNETES_SERVICE_HOST and _PORT are set; $KUBECONFIG (of
// a colon list the first definition of a name wins); ~/.kube/config. The environment and files are
// read here and nowhere else. What would change authentication and is not supported is refused,
// never passed over: running as somebody else than the file says is worse than not running.
//
// Every error is one line of kind kConfig: file, context, cluster or user, field, and what to do.
#pragma once

#include "kubeclient/base/result.h"
#include "kubeclient/config/client_config.h"

namespace windlass {

Result<ClientConfig> LoadConfig(const ConfigSources& sources);

}  // namespace windlass
