#include "cmd/kubectl-windlass/failure.h"

#include <utility>

namespace windlass::cli {
namespace {

std::string VerbText(const Asked& asked) {
  switch (asked.verb) {
    case Verb::kPatch: return "patch";
    case Verb::kCreate:
    case Verb::kDryRunCreate: return "create";
    case Verb::kUpdate: return "update";
    case Verb::kDelete: return "delete";
    case Verb::kList: return "list";
    case Verb::kGet: break;
  }
  return "get";
}

std::string InNamespace(const Asked& asked) {
  if (!asked.resource.namespaced) return "";
  return asked.namespace_.empty() ? " -A" : " -n " + asked.namespace_;
}

// The API server answers 404 without the object's name if it does not serve the resource at all.
bool IsNotServed(const Error& error, const Asked& asked) {
  return asked.name.empty() || error.message.find('"' + asked.name + '"') == std::string::npos;
}

std::string NotFound(const Error& error, const Asked& asked) {
  const std::string resource = ResourceText(asked.resource);
  if (IsNotServed(error, asked)) {
    const std::string manifest(asked.resource.manifest);
    return "the cluster does not serve " + resource +
           (manifest.empty() ? ": check that the address is that of a Kubernetes API server"
                             : ": install it with kubectl apply -f " + manifest);
  }
  return error.message + (asked.resource.namespaced ? " in namespace " + asked.namespace_ : "") +
         ": kubectl get " + resource + InNamespace(asked) +
         " lists what there is; -n and --context choose another place";
}

}  // namespace

std::string ResourceText(const ResourceId& resource) {
  std::string text(resource.plural);
  if (!resource.group.empty()) text += '.' + std::string(resource.group);
  return text;
}

Error Explained(Error error, const Asked& asked, const std::string& server) {
  const std::string resource = ResourceText(asked.resource);
  std::string& text = error.message;
  switch (error.kind) {
    case ErrorKind::kNotSent:
      text = "cannot reach the API server " + server + ": " + text +
             ": check that it runs, or choose another one with --context or --kubeconfig";
      break;
    case ErrorKind::kAmbiguous:
      text = "no answer from the API server " + server + ": " + text;
      if (Mutates(asked.verb))
        text += ": whether it did it is not known; look before you repeat it";
      break;
    case ErrorKind::kTls:
      text = "no secure connection to " + server + ": " + text +
             ": check certificate-authority and client-certificate of the kubeconfig";
      break;
    case ErrorKind::kUnauthorized:
      text = "the API server " + server + " does not accept your credentials: " + text +
             ": log in again, or choose another user with --context";
      break;
    case ErrorKind::kForbidden:
      text += ": ask for the right, and check it with kubectl auth can-i " + VerbText(asked) + ' ' +
              resource + InNamespace(asked);
      break;
    case ErrorKind::kNotFound: text = NotFound(error, asked); break;
    case ErrorKind::kConflict: text += ": it was changed meanwhile; try again"; break;
    case ErrorKind::kThrottled:
    case ErrorKind::kServer: text += ": the API server is busy or failing; try again later"; break;
    case ErrorKind::kWebhook:
      text += ": an admission webhook does not work; try again later";
      break;
    default: break;
  }
  return error;
}

ExitCode Report(const Session& session, const Console& console, const Error& error) {
  console.Error(error.message);
  if (session.interrupted()) return ExitCode::kInterrupted;
  return session.timed_out() ? ExitCode::kTimeout : ExitCode::kError;
}

}  // namespace windlass::cli
