#include "cmd/kubectl-windlass/failure.h"

#include "controller/kind/needed_crd.h"
#include "kubeclient/transport/failure.h"

namespace windlass::cli {
namespace {

std::string VerbText(const Asked& asked) {
  switch (asked.verb) {
    case Verb::kPatch: return "patch";
    case Verb::kCreate:
    case Verb::kCreateSubresource:
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

std::string NotFound(const Error& error, const Asked& asked) {
  const std::string resource = ResourceText(asked.resource);
  if (error.detail == ErrorDetail::kNotServed) {
    return "the cluster does not serve " + resource +
           (asked.resource.manifest.empty()
                ? ": check that the address is that of a Kubernetes API server"
                : ": install the CustomResourceDefinition with " +
                      kind::ApplyCommand(asked.resource));
  }
  return error.message + (asked.resource.namespaced ? " in namespace " + asked.namespace_ : "") +
         ": kubectl get " + resource + InNamespace(asked) +
         " lists those that exist; -n and --context choose another namespace or cluster";
}

// Returns the text for a request that got a 429, and was not tried again because the session ended.
std::string Throttled(const Error& error, const Asked& asked, const std::string& server) {
  return error.message + ": the API server " + server + " is busy (HTTP 429)" +
         (Mutates(asked.verb) ? ", and has not carried out this request" : "") +
         "; try again later";
}

// Returns the text for a request that got no usable answer. If the request was a write, the API
// server may have carried it out.
std::string Unanswered(const Error& error, const Asked& asked, const std::string& server) {
  const bool answered = error.http_status != 0;
  std::string text = error.message;
  if (error.kind == ErrorKind::kCancelled) {
    text += ": no answer yet from the API server " + server;
  } else if (!answered) {
    text = "no answer from the API server " + server + ": " + text;
  }
  if (Mutates(asked.verb)) {
    return text +
           ": it is not known whether the request was carried out; look at the object before you "
           "repeat the command";
  }
  if (error.kind == ErrorKind::kCancelled) return text;
  return text + ": try again, or allow more time with --request-timeout";
}

std::string Forbidden(const Error& error, const Asked& asked) {
  if (error.detail == ErrorDetail::kDenied) {
    return error.message + ": ask the owners of that webhook or policy what it allows";
  }
  return error.message + ": ask for the right, and check it with kubectl auth can-i " +
         VerbText(asked) + ' ' + ResourceText(asked.resource) + InNamespace(asked);
}

}  // namespace

std::string ResourceText(const ResourceId& resource) {
  std::string text(resource.plural);
  if (!resource.group.empty()) text += '.' + std::string(resource.group);
  return text;
}

Error Explained(Error error, const Asked& asked, const std::string& server) {
  std::string& text = error.message;
  switch (error.kind) {
    case ErrorKind::kNotSent:
      text = "cannot reach the API server " + server + ": " + text;
      if (!IsOfProxy(error)) {
        text += ": check that it runs, or choose another one with --context or --kubeconfig";
      }
      break;
    case ErrorKind::kAmbiguous:
    case ErrorKind::kCancelled:
      text = error.http_status == 429 ? Throttled(error, asked, server)
                                      : Unanswered(error, asked, server);
      break;
    case ErrorKind::kTls:
      text = "no secure connection to " + server + ": " + text +
             ": check certificate-authority and client-certificate of the kubeconfig";
      break;
    case ErrorKind::kUnauthorized:
      // An error without an HTTP status did not come from the API server: the credential plugin of
      // the kubeconfig has failed.
      text = (error.http_status == 0
                  ? "no credentials for the API server " + server
                  : "the API server " + server + " does not accept your credentials") +
             ": " + text + ": log in again, or choose another user with --context";
      break;
    case ErrorKind::kForbidden: text = Forbidden(error, asked); break;
    case ErrorKind::kNotFound: text = NotFound(error, asked); break;
    case ErrorKind::kConflict: text += ": the object was changed meanwhile; try again"; break;
    case ErrorKind::kThrottled:
    case ErrorKind::kServer: text += ": the API server is busy or failing; try again later"; break;
    case ErrorKind::kWebhook:
      text += ": the API server cannot call an admission webhook; try again later";
      break;
    case ErrorKind::kMalformed:
      text += ": check that " + server + " is the address of a Kubernetes API server";
      break;
    case ErrorKind::kTooLarge: text += ": name one object, or give -n instead of -A"; break;
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
