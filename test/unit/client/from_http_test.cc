// The result table (C-015), with bodies as kube-apiserver 1.36 writes them.
#include <string>

#include "kubeclient/client/client.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/must.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::from_http_test {
namespace {

Result<Reply> Read(Verb verb, HttpResponse response) {
  SymbolTable symbols;
  Decoder decoder(symbols);
  return FromHttp(verb, std::move(response), decoder);
}

std::string Verdict(Verb verb, HttpResponse response) {
  const Result<Reply> result = Read(verb, std::move(response));
  return result.ok() ? "ok" : std::string(Name(result.error().kind));
}

struct Row {
  std::string id;
  HttpResponse response;
  std::string on_get;
  // "": the same as the one before.
  std::string on_create{}, on_patch{}, on_delete{};
};

void CheckRow(const Row& row) {
  CAPTURE(row.id, row.response.status, row.response.body);
  const std::string& on_create = row.on_create.empty() ? row.on_get : row.on_create;
  const std::string& on_patch = row.on_patch.empty() ? on_create : row.on_patch;
  const std::string& on_delete = row.on_delete.empty() ? on_patch : row.on_delete;
  CHECK(Verdict(Verb::kGet, row.response) == row.on_get);
  CHECK(Verdict(Verb::kCreate, row.response) == on_create);
  CHECK(Verdict(Verb::kPatch, row.response) == on_patch);
  CHECK(Verdict(Verb::kDelete, row.response) == on_delete);
}

HttpResponse Plain(int code, std::string body) { return {code, "text/plain", std::move(body), {}}; }

TEST_CASE("4xx say what the caller can do (C-015)") {
  const Row row = GENERATE(values<Row>({
      {"400", Refusal(400, "BadRequest", "error decoding patch"), "Invalid"},
      {"401", Refusal(401, "Unauthorized", "Unauthorized"), "Unauthorized"},
      {"403 RBAC", Refusal(403, "Forbidden", "deployments.apps \\\"web\\\" is forbidden: User ..."),
       "Forbidden"},
      {"403 quota",
       Refusal(403, "Forbidden",
               "replicasets.apps \\\"web-1\\\" is forbidden: exceeded quota: count, requested: "
               "count/replicasets.apps=1, used: count/replicasets.apps=5, limited: "
               "count/replicasets.apps=5"),
       "QuotaExceeded"},
      {"403 of a terminating namespace (D-533)",
       Refusal(403, "Forbidden", "unable to create new content in namespace shop because ...",
               R"({"causes":[{"reason":"NamespaceTerminating","message":"m"}]})"),
       "NamespaceTerminating"},
      {"403 while admission starts",
       Refusal(403, "Forbidden", "replicasets.apps is forbidden: not yet ready to handle request"),
       "ServerError"},
      {"404 of the object", Refusal(404, "NotFound", "deployments.apps \\\"web\\\" not found"),
       "NotFound", "NotFound", "NotFound", "ok"},
      {"404 of the namespace", Refusal(404, "NotFound", "namespaces \\\"shop\\\" not found"),
       "NotFound", "NamespaceTerminating", "NotFound", "ok"},
      {"404 in plain text", Plain(404, "404 page not found\n"), "NotFound", "NotFound", "NotFound",
       "ok"},
      {"405", Refusal(405, "MethodNotAllowed", "the server does not allow this method"), "Invalid"},
      {"406", Refusal(406, "NotAcceptable", "only the following media types are accepted"),
       "Invalid"},
      {"407 of a proxy", Plain(407, "Proxy Authentication Required"), "Config"},
      {"408", Plain(408, "Request Timeout"), "ServerError", "Ambiguous"},
      {"409 by reason (D-532)",
       Refusal(409, "AlreadyExists", "replicasets.apps \\\"web-1\\\" already exists"),
       "AlreadyExists"},
      {"409 Conflict",
       Refusal(409, "Conflict", "Operation cannot be fulfilled on deployments.apps: changed"),
       "Conflict"},
      {"410", Refusal(410, "Expired", "The resourceVersion is too old"), "Gone"},
      {"413", Plain(413, ""), "Invalid"},
      {"415", Refusal(415, "UnsupportedMediaType", "the body was in an unknown format"), "Invalid"},
      {"422", Refusal(422, "Invalid", "Deployment.apps \\\"web\\\" is invalid: spec.selector: ..."),
       "Invalid"},
      {"422 of a JSON patch that does not apply",
       Refusal(422, "Invalid", "the server rejected our request due to an error in our request"),
       "Invalid", "Invalid", "Conflict", "Invalid"},
      {"422 with the patch library's own words",
       Refusal(422, "Invalid", "testing value /metadata/uid failed: test failed"), "Invalid",
       "Invalid", "Conflict", "Invalid"},
      {"422 of a validation that quotes those words",
       Refusal(422, "Invalid", "Pod \\\"p\\\" is invalid: image: \\\"testing x failed\\\""),
       "Invalid"},
      {"429", Refusal(429, "TooManyRequests", "too many requests"), "TooManyRequests"},
      {"429 of a server that goes",
       Plain(429, "The apiserver is shutting down, please try again later.\n"), "TooManyRequests"},
      {"a webhook's denial, whatever its code",
       Refusal(404, "NotFound", "admission webhook \\\"p.example.com\\\" denied the request: no"),
       "Forbidden"},
      // Whom this serves: who reads in the condition why nothing happens. A server that asks for
      // less names no webhook.
      {"a webhook's denial that asks for less",
       Refusal(429, "TooManyRequests", "admission webhook \\\"p.e.com\\\" denied the request: no"),
       "Forbidden"},
      {"a policy's denial, 422 unless it says otherwise",
       Refusal(
           422, "Invalid",
           "replicasets.apps \\\"web-1\\\" is forbidden: ValidatingAdmissionPolicy 'freeze' with "
           "binding 'freeze' denied request: no"),
       "Forbidden"},
      {"a policy's denial that chose 401",
       Refusal(
           401, "Unauthorized",
           "replicasets.apps \\\"web-1\\\" is forbidden: ValidatingAdmissionPolicy 'freeze' with "
           "binding 'freeze' denied request: no"),
       "Forbidden"},
      {"a webhook's denial without a code",
       Refusal(400, "", "admission webhook \\\"p.example.com\\\" denied the request: no"),
       "Forbidden"},
  }));
  CheckRow(row);
}

TEST_CASE("5xx on a mutation are ambiguous unless the server certainly did nothing (C-015)") {
  const Row row = GENERATE(values<Row>({
      {"500", Refusal(500, "InternalError", "Internal error occurred: etcd"), "ServerError",
       "Ambiguous"},
      {"500 of a webhook that cannot be called",
       Refusal(500, "InternalError",
               "Internal error occurred: failed calling webhook \\\"p\\\": failed to call webhook: "
               "Post: connection refused"),
       "WebhookFailed"},
      {"500 of a webhook's denial",
       Refusal(500, "", "admission webhook \\\"p.example.com\\\" denied the request: no"),
       "Forbidden"},
      {"500 of etcd's limit", Refusal(500, "", "etcdserver: request is too large"), "Invalid"},
      {"502 of a proxy", Plain(502, "<html>Bad Gateway</html>"), "ServerError", "Ambiguous"},
      {"503 of a handler",
       Refusal(503, "ServiceUnavailable", "the server is currently unable to handle the request"),
       "ServerError", "Ambiguous"},
      {"503 before the handlers", Refusal(503, "ServiceUnavailable", "apiserver is shutting down"),
       "ServerError"},
      {"503 while paths are installed",
       Refusal(503, "ServiceUnavailable",
               "the request has been made before all known HTTP paths have been installed, please "
               "try again"),
       "ServerError"},
      {"504", Refusal(504, "Timeout", "the server was unable to return a response in the time"),
       "ServerError", "Ambiguous"},
  }));
  CheckRow(row);
}

// Whoever sent it is told, if it turns out that it did not happen.
TEST_CASE("Of a write, a 504 says that it was not completed in time (S-018)") {
  CHECK(MustFail(Read(Verb::kPatch, Refusal(504, "Timeout", "context deadline"))).detail ==
        ErrorDetail::kNoAnswer);
  CHECK(Read(Verb::kGet, Refusal(504, "Timeout", "no")).error().detail == ErrorDetail::kNone);
  CHECK(Read(Verb::kPatch, Refusal(503, "", "no")).error().detail == ErrorDetail::kNone);
}

TEST_CASE(
    "Redirects are refused and unusable answers are told apart by what they may have done "
    "(C-015)") {
  const Row row = GENERATE(values<Row>({
      {"301 would carry credentials away", Plain(301, ""), "Config"},
      {"307", Plain(307, ""), "Config"},
      {"200", Success(), "ok"},
      {"201", {201, "application/json", ObjectBody("web"), {}}, "ok"},
      {"200 without a body", Plain(200, ""), "Malformed", "Ambiguous"},
      {"200 cut short", Plain(200, ObjectBody("web").substr(0, 60)), "Malformed", "Ambiguous"},
      {"200 from something else", Plain(200, "<html>Log in</html>"), "Malformed", "Ambiguous"},
      {"200 with space around", Plain(200, " " + ObjectBody("web") + "\n"), "ok"},
      {"200 with nothing but space", Plain(200, " \n"), "Malformed", "Ambiguous"},
      {"no HTTP status at all", Plain(0, ""), "Malformed", "Ambiguous"},
  }));
  CheckRow(row);
}

TEST_CASE("An error speaks with the server's own words and waits as long as it was told") {
  SymbolTable symbols;
  Decoder decoder(symbols);
  const auto error_of = [&](HttpResponse response) {
    return FromHttp(Verb::kCreate, std::move(response), decoder).error();
  };
  SECTION("Status.message, unchanged (D-787)") {
    CHECK(error_of(Refusal(403, "Forbidden", "pods \\\"x\\\" is forbidden: no")).message ==
          "pods \"x\" is forbidden: no");
  }
  SECTION("of a Status' message of megabytes the beginning (R-066)") {
    // Whom this serves: who reads the condition, into which the whole would not fit, and all who
    // would wait behind the writes of it. The message is judged whole, though.
    const std::string denied = "admission webhook \\\"a.b\\\" denied the request: ";
    const Error error = error_of(Refusal(403, "Forbidden", denied + std::string(1 << 20, 'x')));
    CHECK(error.message.starts_with("admission webhook \"a.b\" denied the request: xxx"));
    CHECK(error.message.ends_with("x…"));
    CHECK(error.message.size() == 4096 + 3);
    CHECK(error.detail == ErrorDetail::kDenied);
    const Error late = error_of(Refusal(403, "", std::string(5000, 'x') + " exceeded quota: q"));
    CHECK(late.kind == ErrorKind::kQuotaExceeded);
    CHECK(error_of(Refusal(403, "", std::string(4096, 'x'))).message == std::string(4096, 'x'));
    Proves("R-066");
  }
  SECTION("an excerpt on one line where there is no Status") {
    const Error error = error_of(Plain(502, "<html>\n" + std::string(5000, 'x')));
    CHECK(error.message.starts_with("HTTP 502: <html> xxx"));
    CHECK(error.message.size() < 300);
  }
  SECTION("the code alone where there is nothing") {
    CHECK(error_of(Plain(413, "")).message == "HTTP 413");
  }
  SECTION("the Retry-After header goes before details.retryAfterSeconds") {
    HttpResponse both = Refusal(429, "", "m", R"({"retryAfterSeconds":7})");
    CHECK(error_of(both).retry_after_ms == 7000);
    both.retry_after = seconds(2);
    CHECK(error_of(both).retry_after_ms == 2000);
  }
  SECTION("the HTTP code, which tells a verdict on the object from other refusals") {
    CHECK(error_of(Refusal(422, "Invalid", "Pod \\\"p\\\" is invalid: spec")).http_status == 422);
    CHECK(error_of(Refusal(400, "BadRequest", "unknown field")).http_status == 400);
    CHECK(error_of(Plain(413, "")).http_status == 413);
    CHECK(error_of(Plain(302, "")).http_status == 302);
    CHECK(Error{ErrorKind::kInvalid, "of our own"}.http_status == 0);
  }
  SECTION("what the answer says besides") {
    const auto detail_of = [&](HttpResponse response) { return error_of(response).detail; };
    const std::string denied = "admission webhook \\\"p.example.com\\\" denied the request: no";
    const std::string by_policy =
        "replicasets.apps \\\"web-1\\\" is forbidden: ValidatingAdmissionPolicy 'freeze' with "
        "binding 'freeze' denied request: no";
    const std::string no_dry_run = "admission webhook \\\"a.b\\\" does not support dry run";
    CHECK(detail_of(Refusal(404, "NotFound", "deployments.apps \\\"web\\\" not found",
                            R"({"name":"web","group":"apps","kind":"deployments"})")) ==
          ErrorDetail::kNone);
    CHECK(detail_of(Refusal(404, "NotFound", "the server could not find the requested resource",
                            "{}")) == ErrorDetail::kNotServed);
    CHECK(detail_of(Plain(404, "404 page not found\n")) == ErrorDetail::kNotServed);
    CHECK(detail_of(Refusal(404, "", denied)) == ErrorDetail::kDenied);
    CHECK(detail_of(Refusal(422, "Invalid", by_policy)) == ErrorDetail::kDenied);
    CHECK(detail_of(Refusal(403, "Forbidden", "pods is forbidden")) == ErrorDetail::kNone);
    CHECK(detail_of(Refusal(400, "BadRequest", no_dry_run)) == ErrorDetail::kNoDryRun);
    CHECK(detail_of(Refusal(422, "Invalid", no_dry_run)) == ErrorDetail::kNone);
  }
  SECTION("details.retryAfterSeconds is clamped") {
    CHECK(error_of(Refusal(429, "", "m", R"({"retryAfterSeconds":86400})")).retry_after_ms ==
          60000);
  }
}

TEST_CASE("The answer to an eviction is a Status, and its causes reach the caller (C-019)") {
  const auto evict = [](HttpResponse response) {
    return Read(Verb::kCreateSubresource, std::move(response));
  };
  const std::string several =
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
      "support.";
  SECTION("a Status of success is a success") {
    const std::string body = R"({"kind":"Status","apiVersion":"v1","status":"Success","code":201})";
    CHECK(evict({201, "application/json", body, {}})->body == body);
  }
  SECTION("a budget allows no disruption") {
    const int code = GENERATE(429, 403);
    const Result<Reply> reply = evict(Refusal(
        code, "TooManyRequests", "Cannot evict pod as it would violate the disruption budget.",
        R"({"retryAfterSeconds":10,"causes":[{"reason":"DisruptionBudget",)"
        R"("message":"needs 2"}]})"));
    CHECK(reply.error().kind == ErrorKind::kDisruptionBudget);
    CHECK(reply.error().causes == std::vector<ErrorCause>{{"DisruptionBudget", "needs 2"}});
    CHECK(reply.error().retry_after_ms == 10'000);
    CHECK(reply.error().http_status == code);
  }
  SECTION("a server that asks for less names no budget") {
    CHECK(Verdict(Verb::kCreateSubresource, Refusal(429, "TooManyRequests", "slow down")) ==
          "TooManyRequests");
  }
  SECTION("several budgets select the Pod, which is final") {
    HttpResponse refused = Refusal(500, "", several);
    refused.status = GENERATE(500, 201);  // a Status of failure is none of success
    const Result<Reply> reply = evict(refused);
    REQUIRE_FALSE(reply.ok());
    CHECK(reply.error().kind == ErrorKind::kInvalid);
    CHECK(reply.error().detail == ErrorDetail::kManyBudgets);
    CHECK(reply.error().message == several);
    CHECK(reply.error().http_status == 500);
  }
  SECTION("another Pod has the name, or none") {
    CHECK(Verdict(Verb::kCreateSubresource, Refusal(409, "Conflict", "the UID ...")) == "Conflict");
    CHECK(Verdict(Verb::kCreateSubresource, Refusal(404, "NotFound", "pods \\\"a\\\" not found")) ==
          "NotFound");
  }
  SECTION("an answer that is lost may have been an eviction") {
    CHECK(Verdict(Verb::kCreateSubresource, Refusal(500, "InternalError", "etcd")) == "Ambiguous");
  }
  SECTION("words of another write are no verdict of budgets") {
    CHECK(Verdict(Verb::kPatch, Refusal(500, "", several)) == "Ambiguous");
    const std::string causes = R"({"causes":[{"reason":"DisruptionBudget","message":"needs 2"}]})";
    CHECK(Verdict(Verb::kPatch, Refusal(429, "", "slow down", causes)) == "TooManyRequests");
    CHECK(Verdict(Verb::kPatch, Refusal(403, "", "no right", causes)) == "Forbidden");
  }
}

TEST_CASE("A delete of what is gone is a success with an empty body") {
  SymbolTable symbols;
  Decoder decoder(symbols);
  CHECK(Must(FromHttp(Verb::kDelete, Refusal(404, "NotFound", "not found"), decoder)).body.empty());
}

}  // namespace
}  // namespace windlass::from_http_test
