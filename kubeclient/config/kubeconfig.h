// LoadConfig: finds out how to reach the API server and as which user. It uses the first of these
// sources that exists:
//   1. the file of --kubeconfig;
//   2. in-cluster configuration, if KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are set;
//   3. the files of $KUBECONFIG, merged: the first definition of a name wins;
//   4. ~/.kube/config.
// With ConfigSources::as_kubectl the in-cluster configuration comes last.
// If the file of 1, or every file of 3, is missing, LoadConfig returns an error and does not try
// the next source. A variable that is "" counts as not set.
//
// An unsupported field that would change authentication is an error. If we ignored it, we could run
// as another user than the file says.
//
// Every error is one line of kind kConfig. An error of a kubeconfig names the file, and also the
// wrong context, cluster, user or field, if there is one. Most errors say what to do.
#pragma once

#include <string>
#include <vector>

#include "kubeclient/base/result.h"
#include "kubeclient/config/client_config.h"

namespace windlass {

Result<ClientConfig> LoadConfig(const ConfigSources& sources);

// Returns the sorted names of the contexts in the kubeconfig that LoadConfig would read outside of
// a Pod. Returns kConfig if there is no kubeconfig, or if it cannot be read.
Result<std::vector<std::string>> ContextNames(const ConfigSources& sources);

}  // namespace windlass
