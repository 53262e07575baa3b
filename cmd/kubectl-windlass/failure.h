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
  std::string namespace_;  // empty: all namespaces, or a resource of the cluster
  std::string name;        // empty: a list
};

// Returns "deployments.apps" or "pods": as kubectl names a resource in texts and takes it as an
// argument.
std::string ResourceText(const ResourceId& resource);

// Returns `error` with a text for people. `server` is the API server's address.
Error Explained(Error error, const Asked& asked, const std::string& server);

// Prints what went wrong, and returns the exit code: kTimeout or kInterrupted if the session has
// timed out or was interrupted, otherwise kError.
ExitCode Report(const Session& session, const Console& console, const Error& error);

}  // namespace windlass::cli
