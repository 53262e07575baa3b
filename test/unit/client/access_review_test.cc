// How answers to SelfSubjectAccessReviews are read (BI-21).
#include "kubeclient/client/access_review.h"

#include "test/catch.h"
#include "test/support/must.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::access_review_test {
namespace {

const Right kGet{"get", resources::kDeployments, "", "", ""};
const Right kPatch{"patch", resources::kDeployments, "status", "shop", ""};

// Asks for two rights, and gives every call the same answer.
Result<std::vector<Right>> Missing(int status, const std::string& body) {
  sim::VirtualClock clock;
  TimerQueue timers;
  FakeTransport transport(clock, timers);
  std::vector<Result<std::vector<Right>>> said;
  FindMissingRights(transport, {kGet, kPatch}, [&](Result<std::vector<Right>> missing) {
    said.push_back(std::move(missing));
  });
  while (transport.waiting() > 0) {
    transport.Answer(HttpResponse{status, "application/json", body, {}});
  }
  REQUIRE(said.size() == 1);
  return std::move(said.front());
}

std::vector<std::string> Names(const std::vector<Right>& rights) {
  std::vector<std::string> names;
  for (const Right& right : rights) names.push_back(right.ToString());
  return names;
}

TEST_CASE("a review names the right as an RBAC rule does") {
  sim::VirtualClock clock;
  TimerQueue timers;
  FakeTransport transport(clock, timers);
  const Right lease{"update", resources::kLeases, "", "windlass-system", "windlass"};
  FindMissingRights(transport, {kPatch, lease}, [](const Result<std::vector<Right>>&) {});
  transport.Answer(HttpResponse{201, "application/json", R"({"status":{"allowed":true}})", {}});
  REQUIRE(transport.sent.size() == 2);
  const std::string target = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const std::string type =
      R"({"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview",)";
  CHECK(transport.sent[0].target == target);
  CHECK(transport.sent[0].body ==
        type + R"("spec":{"resourceAttributes":{"group":"apps","namespace":"shop",)"
               R"("resource":"deployments","subresource":"status","verb":"patch"}}})");
  CHECK(transport.sent[1].target == target);
  CHECK(transport.sent[1].body ==
        type + R"("spec":{"resourceAttributes":{"group":"coordination.k8s.io",)"
               R"("name":"windlass","namespace":"windlass-system","resource":"leases",)"
               R"("verb":"update"}}})");
}

TEST_CASE("rights are missing unless the server says that they are allowed") {
  const std::vector<std::string> both = {"get deployments.apps in all namespaces",
                                         "patch deployments.apps/status in namespace shop"};
  struct Case {
    std::string status;
    std::vector<std::string> missing;
  };
  const Case cases[] = {
      {R"({"allowed":true})", {}},   {R"({"allowed":false,"reason":"RBAC"})", both},
      {R"({"allowed":null})", both}, {R"({"allowed":"true"})", both},
      {R"({"allowed":{}})", both},   {"{}", both},
  };
  for (const Case& c : cases) {
    CAPTURE(c.status);
    const std::vector<Right> missing = Must(Missing(201, R"({"status":)" + c.status + "}"));
    CHECK(Names(missing) == c.missing);
  }
}

TEST_CASE("what is no review is an error, once, and nothing more is asked") {
  for (const char* body : {"", "[]", "{}", R"({"status":"Failure"})"}) {
    CAPTURE(body);
    CHECK(MustFail(Missing(201, body)).kind == ErrorKind::kMalformed);
  }
  CHECK(Missing(401, "{}").error().kind == ErrorKind::kUnauthorized);
  CHECK(Missing(500, R"({"status":{"allowed":true}})").error().kind == ErrorKind::kMalformed);
}

}  // namespace
}  // namespace windlass::access_review_test
