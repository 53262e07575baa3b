// What a command says when a request has failed: what happened, to which object, and what to do.
#pragma once

#include <string>

#include "cmd/kubectl-windlass/console.h"
#include "cmd/kubectl-windlass/exit_code.h"
#include "cmd/kubectl-windlass/session.h"
#include "kubeclient/api/request.h"
#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// What a request asked for.
struct Asked {
  Verb verb = Verb::kGet;
  ResourceId resource{};
  std::string namespace_;  // empty: all namespaces, or a cluster-scoped resource
  std::string name;        // empty: the request is a list
};

// Returns the name that kubectl prints and accepts for a resource: "deployments.apps" or "pods".
std::string ResourceText(const ResourceId& resource);

// Returns `error` with a message that also says what to do. `server` is the API server's address.
Error Explained(Error error, const Asked& asked, const std::string& server);

// Prints the message of `error`. Returns kInterrupted if the session was interrupted, kTimeout if
// the session has timed out, otherwise kError.
ExitCode Report(const Session& session, const Console& console, const Error& error);

}  // namespace windlass::cli
