// Leases: we read leniently, and write back what we do not know.
#include "kubeclient/lease/lease.h"

#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/support/must.h"
#include "test/unit/client/fake_transport.h"

namespace windlass::lease_test {
namespace {

using nlohmann::json;
using Kind = LeaseAnswer::Kind;

const char* const kLease = R"({
  "kind": "Lease", "apiVersion": "coordination.k8s.io/v1",
  "metadata": {"name": "windlass", "namespace": "windlass-system", "uid": "u",
               "resourceVersion": "12", "labels": {"team": "a"}},
  "spec": {"holderIdentity": "host_1", "leaseDurationSeconds": 15,
           "acquireTime": "2026-01-01T00:00:01.000002Z",
           "renewTime": "2026-01-01T00:00:03.500000Z", "leaseTransitions": 4,
           "strategy": "OldestEmulationVersion", "preferredHolder": "host_2"}})";

TEST_CASE("A Lease is read with every field of its record") {
  const auto lease = Must(ParseLease(kLease));
  const LeaseRecord want{.holder = "host_1",
                         .duration_seconds = 15,
                         .acquire_micros = 1767225601000002,
                         .renew_micros = 1767225603500000,
                         .transitions = 4,
                         .preferred_holder = "host_2"};
  CHECK(lease.record == want);
}

TEST_CASE("A record with holes or oddities is one that nobody holds, or that lasts zero seconds") {
  struct Row {
    std::string spec;
    LeaseRecord want;
  };
  const Row row = GENERATE(values<Row>({
      {"{}", {}},
      {"null", {}},
      {"[]", {}},
      {R"({"holderIdentity":"a"})", {.holder = "a"}},
      {R"({"holderIdentity":null,"leaseDurationSeconds":null})", {}},
      {R"({"holderIdentity":7,"renewTime":"yesterday","leaseTransitions":"x"})", {}},
      {R"({"leaseDurationSeconds":-1,"leaseTransitions":99999999999})", {}},
      {R"({"leaseDurationSeconds":18446744073709551615})", {}},
  }));
  const auto lease = Must(
      ParseLease(R"({"kind":"Lease","metadata":{"resourceVersion":"1"},"spec":)" + row.spec + "}"));
  CHECK(lease.record == row.want);
}

TEST_CASE("What is no Lease is refused") {
  const std::string body = GENERATE(values<std::string>({
      "",
      "{",
      "[]",
      "{}",
      R"({"kind":"Lease"})",
      R"({"kind":"Lease","metadata":7})",
      R"({"kind":"Lease","metadata":{}})",
      R"({"kind":"Lease","metadata":{"resourceVersion":7}})",
      R"({"kind":"Status","metadata":{"resourceVersion":"7"}})",
  }));
  CHECK_FALSE(ParseLease(body).ok());
}

TEST_CASE("Writing a record keeps everything else in the object (L-008)") {
  const LeaseRecord record{.holder = "host_3",
                           .duration_seconds = 15,
                           .acquire_micros = 1767225610000000,
                           .renew_micros = 1767225610000001,
                           .transitions = 5,
                           .preferred_holder = ""};
  const json body = json::parse(LeaseBody(*ParseLease(kLease), record));
  json want = json::parse(kLease);
  want["spec"] = {{"holderIdentity", "host_3"},
                  {"leaseDurationSeconds", 15},
                  {"acquireTime", "2026-01-01T00:00:10.000000Z"},
                  {"renewTime", "2026-01-01T00:00:10.000001Z"},
                  {"leaseTransitions", 5},
                  {"strategy", "OldestEmulationVersion"}};
  CHECK(body == want);
}

TEST_CASE("Lease calls have their own class, and writes a deadline on both sides (C-017)") {
  const LeaseName name{"windlass-system", "windlass"};
  const std::string path = "/apis/coordination.k8s.io/v1/namespaces/windlass-system/leases";
  const HttpRequest get = GetLease(name, seconds(5));
  CHECK(get.target == path + "/windlass");
  const HttpRequest put = PutLease(name, "windlass", seconds(5), "{}");
  CHECK(put.method == HttpMethod::kPut);
  CHECK(put.target == path + "/windlass?fieldManager=windlass&timeout=5000ms");
  const HttpRequest post = PostLease(name, "windlass", seconds(5), "{}");
  CHECK(post.method == HttpMethod::kPost);
  CHECK(post.target == path + "?fieldManager=windlass&timeout=5000ms");
  CHECK(post.content_type == "application/json");
  for (const HttpRequest& http : {get, put, post}) {
    CHECK(http.call_class == CallClass::kLease);
    CHECK(http.deadline == seconds(5));
  }
}

TEST_CASE("Answers to Lease calls (L-006)") {
  struct Row {
    std::string id;
    Result<HttpResponse> response;
    Kind kind;
  };
  const Row row = GENERATE(values<Row>({
      {"200", HttpResponse{200, "application/json", kLease, {}}, Kind::kLease},
      {"201", HttpResponse{201, "application/json", kLease, {}}, Kind::kLease},
      {"200 of something else", HttpResponse{200, "text/html", "<html>", {}}, Kind::kUnclear},
      {"404", Refusal(404, "NotFound", "not found"), Kind::kAbsent},
      {"409", Refusal(409, "Conflict", "changed"), Kind::kConflict},
      {"401", Refusal(401, "Unauthorized", "no"), Kind::kNotDone},
      {"403", Refusal(403, "Forbidden", "no"), Kind::kRefused},
      {"422", Refusal(422, "Invalid", "no"), Kind::kRefused},
      {"429", Refusal(429, "TooManyRequests", "slow down"), Kind::kLater},
      {"301", Refusal(301, "", ""), Kind::kRefused},
      {"500", Refusal(500, "InternalError", "oops"), Kind::kUnclear},
      {"504", Refusal(504, "Timeout", "late"), Kind::kUnclear},
      {"not sent", TransportError(ErrorKind::kNotSent), Kind::kNotDone},
      {"no answer", TransportError(ErrorKind::kAmbiguous), Kind::kUnclear},
      {"TLS refused", TransportError(ErrorKind::kTls), Kind::kUnclear},
  }));
  CAPTURE(row.id);
  CHECK(ReadLeaseAnswer(row.response).kind == row.kind);
}

TEST_CASE("A refusal explains itself with the server's words") {
  CHECK(ReadLeaseAnswer(Refusal(403, "Forbidden", "leases is forbidden")).why ==
        "leases is forbidden");
  CHECK(ReadLeaseAnswer(HttpResponse{502, "text/html", "<html>", {}}).why == "HTTP 502");
}

}  // namespace
}  // namespace windlass::lease_test
