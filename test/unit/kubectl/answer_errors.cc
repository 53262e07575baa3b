// What is said when the API server refuses a request, or answers with what cannot be understood.
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli {
namespace {

using Prepare = std::function<void(KubectlRun&)>;

// Deployment web is there, and every request of `method` gets this answer.
Prepare Answers(HttpMethod method, const HttpResponse& response) {
  return [=](KubectlRun& run) {
    run.Create(resources::kDeployments, sim::SampleDeployment("web"));
    run.answering.answer = AnswerTo("", response, method);
  };
}

Prepare Reads(const HttpResponse& response) { return Answers(HttpMethod::kGet, response); }
Prepare Patches(const HttpResponse& response) { return Answers(HttpMethod::kPatch, response); }

Prepare ListIsEndless() {
  return Reads({200,
                "application/json",
                R"({"kind":"DeploymentList","metadata":{"resourceVersion":"1","continue":"more"},)"
                R"("items":[]})",
                {}});
}

}  // namespace

ErrorSection AnswerErrors() {
  constexpr ExitCode kError = ExitCode::kError;
  const std::string forbidden =
      "deployments.apps \"web\" is forbidden: User \"anna\" cannot patch resource \"deployments\" "
      "in API group \"apps\" in the namespace \"default\"";
  const HttpResponse unknown = NotServed();
  return {
      "Answers of the API server",
      {{"status deployment/web", kError,
        "error: deployments.apps \"web\" not found in namespace default: kubectl get "
        "deployments.apps -n default lists those that exist; -n and --context choose another "
        "namespace or cluster",
        "There is no such object in this namespace. The command in the text lists those that there "
        "are."},
       {"status rollout/web", kError,
        "error: the cluster does not serve rollouts.windlass.dev: install the "
        "CustomResourceDefinition with kubectl apply --server-side -f "
        "crds/windlass.dev_rollouts.yaml",
        "The CustomResourceDefinition is not installed. Apply the manifest that the text names.",
        Reads(unknown)},
       {"status deployment/web", kError,
        "error: the cluster does not serve deployments.apps: check that the address is that of a "
        "Kubernetes API server",
        "The server at this address has no Deployments, so it is no API server of Kubernetes. "
        "Correct the address in the kubeconfig.",
        Reads(unknown)},
       {"status deployment/web", kError,
        "error: the API server https://cluster.example:6443 does not accept your credentials: "
        "Unauthorized: log in again, or choose another user with --context",
        "Your token or certificate is not known, or has expired. Log in again.",
        Reads(Refusal(401, "Unauthorized", "Unauthorized"))},
       {"pause web", kError,
        "error: deployments.apps \"web\" is forbidden: User \"anna\" cannot patch resource "
        "\"deployments\" in API group \"apps\" in the namespace \"default\": ask for the right, "
        "and check it with kubectl auth can-i patch deployments.apps -n default",
        "A right is missing. Ask an administrator for it. The command in the text says whether you "
        "have it.",
        Patches(Refusal(403, "Forbidden", forbidden))},
       {"pause web", kError,
        "error: Operation cannot be fulfilled on deployments.apps \"web\": the object has been "
        "modified: the object was changed meanwhile; try again",
        "Somebody changed the object between reading and writing. Run the command again.",
        Patches(Refusal(409, "Conflict",
                        "Operation cannot be fulfilled on deployments.apps \"web\": the object has "
                        "been modified"))},
       {"pause web", kError,
        "error: Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: -1: must be "
        "greater than or equal to 0",
        "The API server refuses the object. The text names the field. Correct the object, or the "
        "flag that sets the field.",
        Patches(Refusal(422, "Invalid",
                        "Deployment.apps \"web\" is invalid: spec.replicas: Invalid value: -1: "
                        "must be greater than or equal to 0"))},
       {"pause web", kError,
        "error: deployments.apps \"web\" is forbidden: exceeded quota: compute",
        "The namespace's ResourceQuota has no room. Ask for more, or delete something.",
        Patches(Refusal(403, "Forbidden",
                        "deployments.apps \"web\" is forbidden: exceeded quota: compute"))},
       {"pause web", kError,
        "error: admission webhook \"rules.example\" denied the request: no changes on Fridays: ask "
        "the owners of that webhook or policy what it allows",
        "An admission webhook or a ValidatingAdmissionPolicy has denied the change. The text names "
        "it and has its reason.",
        Patches(Refusal(
            400, "BadRequest",
            "admission webhook \"rules.example\" denied the request: no changes on Fridays"))},
       {"pause web", kError,
        "error: Internal error occurred: failed calling webhook \"rules.example\": connection "
        "refused: the API server cannot call an admission webhook; try again later",
        "The API server cannot call an admission webhook. The text names it. Try again when it "
        "runs.",
        Patches(Refusal(500, "InternalError",
                        "Internal error occurred: failed calling webhook \"rules.example\": "
                        "connection refused"))},
       {"status deployment/web", kError,
        "error: too many requests, please try again later: the API server is busy or failing; try "
        "again later",
        "The API server has answered four times that it is too busy. Try again later.",
        Reads(Refusal(429, "TooManyRequests", "too many requests, please try again later"))},
       {"pause web --timeout=1500ms", ExitCode::kTimeout,
        "error: timed out waiting for the condition: the API server https://cluster.example:6443 "
        "is busy (HTTP 429), and has not carried out this request; try again later",
        "`--timeout` has passed while the API server answered that it is too busy. This request "
        "has changed nothing; earlier ones of the command have. Try again later.",
        Patches(Refusal(429, "TooManyRequests", "too many requests, please try again later"))},
       {"status deployment/web", kError,
        "error: etcdserver: request timed out: the API server is busy or failing; try again later",
        "The API server could not read. Try again later.",
        Reads(Refusal(500, "InternalError", "etcdserver: request timed out"))},
       {"pause web", kError,
        "error: etcdserver: request timed out: it is not known whether the request was carried "
        "out; look at the object before you repeat the command",
        "The API server could not say whether it has written. Look at the object before you repeat "
        "the command.",
        Patches(Refusal(500, "InternalError", "etcdserver: request timed out"))},
       {"status deployment/web", kError,
        "error: the API server answered with a redirect (HTTP 302), which is not followed: check "
        "the server address",
        "A proxy, or a page to log in, is at the address in the kubeconfig. Correct the address.",
        Reads({302, "text/html", "", {}})},
       {"status deployment/web", kError,
        "error: HTTP 200 with a body that is not a JSON object: <html>Log in</html>: check that "
        "https://cluster.example:6443 is the address of a Kubernetes API server",
        "What answers is no API server, mostly a page to log in. Correct the address in the "
        "kubeconfig.",
        Reads({200, "text/html", "<html>Log in</html>", {}})},
       {"status deployment/web", kError,
        "error: the answer is not a Kubernetes object: check that https://cluster.example:6443 is "
        "the address of a Kubernetes API server",
        "As above, of something that answers with JSON.",
        Reads({200, "application/json", R"({"message":"log in"})", {}})},
       {"pause web", kError,
        "error: HTTP 200 with a body that is not a JSON object: <html>Log in</html>: it is not "
        "known whether the request was carried out; look at the object before you repeat the "
        "command",
        "As above, after a change was sent.",
        Patches({200, "text/html", "<html>Log in</html>", {}})},
       {"get deployments", kError,
        "error: the list of deployments.apps by the API server https://cluster.example:6443 has "
        "more than 20000 pages: try again later",
        "A fault of the API server, or of a proxy before it. Name one object instead of listing "
        "all.",
        ListIsEndless()},
       {"get deployments", kError,
        "error: the response is larger than 512 MiB: name one object, or give -n instead of -A",
        "The list is too long for one answer. List one namespace.", [](KubectlRun& run) {
          run.answering.answer = [](const HttpRequest&) {
            return Error{ErrorKind::kTooLarge, "the response is larger than 512 MiB"};
          };
        }}}};
}

}  // namespace windlass::cli
