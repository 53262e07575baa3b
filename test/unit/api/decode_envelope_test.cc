// Watch lines, bookmarks, lists, Status and identities.
#include <string>
#include <vector>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/deployment.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/must.h"
#include "test/unit/api/fixtures.h"

namespace windlass::decode_envelope_test {
namespace {

struct Fixture {
  SymbolTable symbols;
  Decoder decoder{symbols};
};

TEST_CASE("a watch line is taken apart; the object is a view of the line") {
  struct Row {
    std::string line;
    WatchEventType want;
    std::string object;
  };
  const Row row = GENERATE(values<Row>({
      {R"({"type":"ADDED","object":{"a":1}})", WatchEventType::kAdded, R"({"a":1})"},
      {R"({"type":"MODIFIED","object":{}})", WatchEventType::kModified, "{}"},
      {R"({"type":"DELETED","object":{"a":"}"}})", WatchEventType::kDeleted, R"({"a":"}"})"},
      {R"({"type":"BOOKMARK","object":{"a":[{}]}})", WatchEventType::kBookmark, R"({"a":[{}]})"},
      {R"({"type":"ERROR","object":{"kind":"Status"}})", WatchEventType::kError,
       R"({"kind":"Status"})"},
      {R"({"type":"RENAMED","object":{}})", WatchEventType::kUnknown, "{}"},
      {R"({"object":{}})", WatchEventType::kUnknown, "{}"},
      {R"( { "object" : { "a" : 1 } , "new":[1,{}], "type" : "ADDED" } )", WatchEventType::kAdded,
       R"({ "a" : 1 })"},
      {"{\"type\":\"ADDED\",\"object\":{}}\r", WatchEventType::kAdded, "{}"},
  }));
  CAPTURE(row.line);
  Fixture f;
  const WatchFrame frame = Must(f.decoder.DecodeFrame(row.line));
  CHECK(frame.type == row.want);
  CHECK(frame.object_json == row.object);
  CHECK(frame.object_json.data() >= row.line.data());
  CHECK(frame.object_json.data() + frame.object_json.size() <= row.line.data() + row.line.size());
}

TEST_CASE("a line that is not one event is malformed (BI-71)") {
  const std::string line = GENERATE(values<std::string>({
      "",
      " ",
      "null",
      "[]",
      "{}",
      R"({"type":"ADDED"})",
      R"({"type":"ADDED","object":null})",
      R"({"type":"ADDED","object":[]})",
      R"({"type":"ADDED","object":"x"})",
      R"({"type":5,"object":{}})",
      R"({"type":"ADDED","object":{}}{"type":"ADDED","object":{}})",
      R"({"type":"ADDED","object":{})",
      R"({"type":"ADDED","object":{}}})",
      R"({"type":"ADDED","object":{"a":")",
      "\xEF\xBB\xBF{\"type\":\"ADDED\",\"object\":{}}",
      "{\"type\":\"ADDED\",\"object\":{\"a\":\"\xff\"}}",
      "HTTP/1.1 200 OK",
  }));
  CAPTURE(line);
  Fixture f;
  CHECK(MustFail(f.decoder.DecodeFrame(line)).kind == ErrorKind::kMalformed);
}

TEST_CASE("no input needs padding behind it") {
  // The heap buffers have the exact size, so that AddressSanitizer sees a read beyond them.
  const std::string text =
      std::string(R"({"type":"ADDED","object":)") + test::kDeploymentJson + "}";
  const std::vector<char> exact(text.begin(), text.end());
  Fixture f;
  const WatchFrame frame = Must(f.decoder.DecodeFrame({exact.data(), exact.size()}));
  const std::vector<char> object(frame.object_json.begin(), frame.object_json.end());
  CHECK(DecodeDeployment(f.decoder, {object.data(), object.size()}).ok());
}

TEST_CASE("a bookmark tells the resourceVersion, and whether the initial events are over") {
  struct Row {
    std::string object, want_version;
    bool want_end;
  };
  const Row row = GENERATE(values<Row>({
      {R"({"kind":"Pod","metadata":{"resourceVersion":"12746","creationTimestamp":null},
           "spec":{"containers":null},"status":{}})",
       "12746", false},
      {R"({"metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}})",
       "9", true},
      {R"({"metadata":{"annotations":{"k8s.io/initial-events-end":"no"},"resourceVersion":"9"}})",
       "9", false},
      {R"({"metadata":{"resourceVersion":"9","annotations":{"other":"true"}}})", "9", false},
  }));
  CAPTURE(row.object);
  Fixture f;
  const Bookmark bookmark = Must(f.decoder.DecodeBookmark(row.object));
  CHECK(bookmark.resource_version.text == row.want_version);
  CHECK(bookmark.initial_events_end == row.want_end);
}

TEST_CASE("a bookmark without resourceVersion is malformed") {
  const std::string object = GENERATE(
      values<std::string>({"{}", R"({"metadata":{}})", R"({"metadata":{"resourceVersion":""}})",
                           R"({"metadata":{"resourceVersion":5}})"}));
  Fixture f;
  CHECK_FALSE(f.decoder.DecodeBookmark(object).ok());
}

TEST_CASE("a page of a list is split into its items") {
  Fixture f;
  const ListPage page = Must(f.decoder.DecodeList(
      R"({"kind":"DeploymentList","apiVersion":"apps/v1","metadata":{"resourceVersion":"77",)"
      R"("continue":"ey\"J2","remainingItemCount":5},"items":[{"a":1}, { "b" : [ ] } ,{}]})"));
  CHECK(page.kind == "DeploymentList");
  CHECK(page.api_version == "apps/v1");
  CHECK(page.resource_version.text == "77");
  CHECK(page.continue_token == "ey\"J2");
  CHECK(page.items == std::vector<std::string_view>{R"({"a":1})", "{ \"b\" : [ ] }", "{}"});
}

TEST_CASE("a list without items is empty when it says that it is a list (R-009)") {
  const std::string body = GENERATE(values<std::string>({
      R"({"kind":"PartialObjectMetadataList","metadata":{"resourceVersion":"7"},"items":null})",
      R"({"kind":"DeploymentList","items":[],"metadata":{"resourceVersion":"7","continue":""}})",
      R"({"kind":"DeploymentList","metadata":{"resourceVersion":"7"}})",
  }));
  CAPTURE(body);
  Fixture f;
  const ListPage page = Must(f.decoder.DecodeList(body));
  CHECK(page.items.empty());
  CHECK(page.continue_token.empty());
}

TEST_CASE("what is no list is an error, never an empty list (R-009)") {
  const std::string body = GENERATE(values<std::string>({
      "",
      "{}",
      "[]",
      "null",
      "<html><body>200 OK</body></html>",
      R"({"kind":"Status","metadata":{"resourceVersion":"7"},"status":"Success","items":[]})",
      R"({"kind":"Table","metadata":{"resourceVersion":"7"},"rows":[],"items":[]})",
      R"({"kind":"Deployment","metadata":{"resourceVersion":"7"},"items":[]})",
      R"({"metadata":{"resourceVersion":"7"},"items":[]})",
      R"({"kind":"DeploymentList","items":[]})",
      R"({"kind":"DeploymentList","metadata":{"resourceVersion":""},"items":[]})",
      R"({"kind":"DeploymentList","metadata":{"resourceVersion":"7"},"items":{}})",
      R"({"kind":"DeploymentList","metadata":{"resourceVersion":"7"},"items":[null]})",
      R"({"kind":"DeploymentList","metadata":{"resourceVersion":"7"},"items":[{"a":1})",
      R"({"kind":"DeploymentList","metadata":{"resourceVersion":"7"},"items":[{"a":1}]} x)",
      R"({"kind":5,"metadata":{"resourceVersion":"7"},"items":[]})",
  }));
  CAPTURE(body);
  Fixture f;
  CHECK(MustFail(f.decoder.DecodeList(body)).kind == ErrorKind::kMalformed);
}

TEST_CASE("of many or long causes of a Status the beginning is kept") {
  Fixture f;
  std::string causes;
  for (int i = 0; i < 100; ++i) {
    causes += (i == 0 ? "" : ",") + std::string(R"({"message":")") + std::string(5000, 'x') + "\"}";
  }
  const ApiStatus status =
      Must(f.decoder.DecodeStatus(R"({"kind":"Status","details":{"causes":[)" + causes + "]}}"));
  REQUIRE(status.causes.size() == kCausesMax);
  CHECK(status.causes.back().message == std::string(kCauseBytesMax, 'x'));
}

TEST_CASE("a Status tells code, reason, message, causes and when to come back (D-786)") {
  Fixture f;
  const ApiStatus status = Must(f.decoder.DecodeStatus(
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)"
      R"("message":"namespace \"x\" is being terminated","reason":"Forbidden",)"
      R"("details":{"name":"web","kind":"deployments","retryAfterSeconds":3,)"
      R"("causes":[{"reason":"NamespaceTerminating","message":"m","field":"metadata.namespace"},)"
      R"({"message":"no reason"}]},"code":403})"));
  CHECK(status.code == 403);
  CHECK(status.reason == "Forbidden");
  CHECK(status.message == "namespace \"x\" is being terminated");
  CHECK(status.failure);
  CHECK(status.causes ==
        std::vector<ErrorCause>{{"NamespaceTerminating", "m", "metadata.namespace"},
                                {"", "no reason"}});
  CHECK(status.retry_after_seconds == 3);

  const ApiStatus bare = Must(f.decoder.DecodeStatus(R"({"kind":"Status","details":null})"));
  CHECK(bare.code == 0);
  CHECK(bare.causes.empty());
  CHECK_FALSE(bare.failure);
  CHECK_FALSE(bare.retry_after_seconds.has_value());
  Proves("D-786 D-787 D-532");
}

// The API server's filter for requests that take too long writes none.
TEST_CASE("a Status without a kind is one if it says that it is a failure (D-787)") {
  Fixture f;
  const ApiStatus status = Must(f.decoder.DecodeStatus(
      R"({"metadata":{},"status":"Failure","message":"Timeout: request did not complete within )"
      R"(the allotted timeout","reason":"Timeout","details":{},"code":504})"));
  CHECK(status.message == "Timeout: request did not complete within the allotted timeout");
}

TEST_CASE("a body that is no Status is said to be none") {
  const std::string body = GENERATE(values<std::string>(
      {"", "404 page not found", "{}", R"({"kind":"Pod"})", R"({"status":"Failure"})",
       R"({"status":"Success","code":200})", R"({"kind":"Pod","status":"Failure","code":504})",
       R"({"kind":"Status","code":"403"})", R"({"kind":"Status","details":[]})",
       R"({"kind":"Status")"}));
  CAPTURE(body);
  Fixture f;
  CHECK(MustFail(f.decoder.DecodeStatus(body)).kind == ErrorKind::kMalformed);
}

TEST_CASE("an object that cannot be decoded can still be identified (R-031)") {
  Fixture f;
  const std::string poison =
      R"({"metadata":{"name":"web","namespace":"shop","labels":"poison",
          "uid":"8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10","resourceVersion":"5"},"spec":"poison"})";
  CHECK_FALSE(DecodeDeployment(f.decoder, poison).ok());
  const ObjectIdentity identity = Must(f.decoder.DecodeIdentity(poison));
  CHECK(identity.key == ObjectKey{"shop", "web"});
  CHECK(identity.uid == *Uid::Parse("8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10"));
  CHECK(identity.resource_version.text == "5");
}

TEST_CASE("an object whose metadata is unreadable cannot be identified") {
  const std::string object = GENERATE(values<std::string>(
      {"{}", R"({"metadata":null})", R"({"metadata":{"name":["x"]}})",
       R"({"metadata":{"name":"x","uid":"y"}})", R"({"metadata":{"name":"x")"}));
  CAPTURE(object);
  Fixture f;
  CHECK_FALSE(f.decoder.DecodeIdentity(object).ok());
}

}  // namespace
}  // namespace windlass::decode_envelope_test
