// What the cache does not keep of a workload: the text of its template once the generation was
// observed, and the values of large annotations (R-064).
#include "controller/workload/revisions/uncached_parts.h"

#include <string>
#include <utility>

#include "controller/workload/annotations/copied_annotations.h"
#include "controller/workload/planner/planner.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/as_workload.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::uncached_parts_test {
namespace {

struct Fixture {
  Fixture() {
    text = *world.deployment.spec.template_json;
    world.deployment.spec.template_text = FingerprintOf(text);
    world.deployment.spec.template_json.reset();
  }
  // Returns the request that is read; fails the test if the step is none.
  Request Asked() const {
    const Step step = world.Decide();
    REQUIRE(std::holds_alternative<Read>(step));
    return std::get<Read>(step).request;
  }
  void Answer(const std::string& pod_template) {
    const Request asked = Asked();
    REQUIRE(asked.resource() == resources::kDeployments);
    Reply reply;
    reply.body = R"({"metadata":{"name":"web"},"spec":{"template":)" + pod_template + "}}";
    world.learned.push_back({asked.Identity(), std::move(reply)});
  }

  World world{3};
  std::string text;
};

TEST_CASE_METHOD(Fixture,
                 "a ReplicaSet that has to be made needs the text, which is read (R-064)") {
  Answer(text);
  const Step step = world.Decide();
  REQUIRE(std::holds_alternative<Write>(step));
  const Write& write = std::get<Write>(step);
  CHECK(write.request.verb() == Verb::kCreate);
  CHECK(write.request.body().find(R"("containers")") != std::string::npos);
  Proves("R-064");
}

TEST_CASE_METHOD(Fixture, "nothing is read while a ReplicaSet has the template") {
  world.AddNew("web-1", 3, 3);
  CHECK_FALSE(std::holds_alternative<Read>(world.Decide()));
}

TEST_CASE_METHOD(Fixture, "nothing is read for a Deployment that is paused or being deleted") {
  world.AddOld("web-1", 3, 3);
  if (GENERATE(false, true)) {
    world.deployment.spec.paused = true;
  } else {
    world.deployment.meta.deletion_timestamp = kNow;
  }
  CHECK_FALSE(std::holds_alternative<Read>(world.Decide()));
}

TEST_CASE_METHOD(Fixture, "an extension that concerns the Deployment has the text read") {
  world.AddNew("web-1", 3, 3);
  View view = world.view();
  view.extension_reads_template = true;
  CHECK(std::holds_alternative<Read>(Next(view, {}, kNow)));
}

// The API server writes the fields in the order of its types, and `<` as six bytes.
TEST_CASE("the text is taken as the API server wrote it (R-064)") {
  const std::string text =
      R"({"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"a","image":"b",)"
      R"("args":["\u003cx\u003e"]}],"restartPolicy":"Always","dnsPolicy":"ClusterFirst"}})";
  World world(3);
  world.deployment.spec.template_json.reset();
  world.deployment.spec.template_text = FingerprintOf(text);
  const Request read = Request::Get(resources::kDeployments, KeyOf(world.deployment.meta));
  const auto answer = [&](const std::string& pod_template) {
    Reply reply;
    reply.body = R"({"metadata":{"name":"web"},"spec":{"template":)" + pod_template + "}}";
    world.learned = {{read.Identity(), std::move(reply)}};
    return PartsRead(AsWorkload(world.deployment), world.learned).template_json;
  };
  CHECK(answer(text) == text);
  // After an upgrade the same version may come with other bytes.
  world.deployment.spec.template_fingerprint = FingerprintOf(CanonicalTemplate(text).value());
  std::string other = text;
  other.insert(other.find(R"("labels")"), R"("creationTimestamp":null,)");
  CHECK(answer(other) == other);
  CHECK_FALSE(answer(R"({"spec":{"containers":[{"name":"other"}]}})").has_value());
}

TEST_CASE_METHOD(Fixture, "the template of another version of the Deployment is not used") {
  Answer(R"({"spec":{"containers":[{"name":"other"}]}})");
  const Step step = world.Decide();
  REQUIRE(std::holds_alternative<Failed>(step));
  CHECK(std::get<Failed>(step).error.kind == ErrorKind::kConflict);
}

TEST_CASE_METHOD(Fixture, "a read that finds nothing ends the sync") {
  const Request asked = Asked();
  world.learned.push_back({asked.Identity(), Error{ErrorKind::kNotFound, "gone"}});
  CHECK(std::holds_alternative<Failed>(world.Decide()));
}

// --- large annotations ---

struct Annotated {
  Annotated() {
    value = std::string(5000, 'x');
    world.deployment.large_annotations = {{"example.com/notes", FingerprintOf(value), 5000}};
  }
  void Answer(const std::string& text) {
    const Request read = Request::Get(resources::kDeployments, KeyOf(world.deployment.meta));
    Reply reply;
    reply.body = R"({"metadata":{"name":"web","annotations":{"a":"b","example.com/notes":")" +
                 text + R"("}}})";
    world.learned.push_back({read.Identity(), std::move(reply)});
  }
  std::string Written() const {
    const Step step = world.Decide();
    REQUIRE(std::holds_alternative<Write>(step));
    return std::get<Write>(step).request.body();
  }

  World world{3};
  std::string value;
};

TEST_CASE_METHOD(Annotated, "a large annotation is read before it is copied (R-064)") {
  if (GENERATE(false, true)) world.AddNew("web-1", 3, 3);
  REQUIRE(std::holds_alternative<Read>(world.Decide()));
  Answer(value);
  CHECK(Written().find(R"("example.com/notes":")" + value) != std::string::npos);
}

TEST_CASE_METHOD(Annotated, "a large annotation that the ReplicaSet has is not read") {
  ReplicaSet& rs = world.AddNew("web-1", 3, 3);
  if (GENERATE(false, true)) {
    rs.large_annotations = world.deployment.large_annotations;
  } else {
    world.SetAnnotation(rs, "example.com/notes", value);
  }
  CHECK_FALSE(std::holds_alternative<Read>(world.Decide()));
}

// Whom this serves: a user who rolls out while a tool rewrites a large annotation.
TEST_CASE_METHOD(Annotated, "without the cached value a rollout goes on, and nothing is copied") {
  if (GENERATE(false, true)) {
    Answer("other");
  } else {
    const Request read = Request::Get(resources::kDeployments, KeyOf(world.deployment.meta));
    world.learned.push_back({read.Identity(), Error{ErrorKind::kNotFound, "gone"}});
  }
  const std::string created = Written();
  CHECK(created.find(R"("containers")") != std::string::npos);
  CHECK(created.find("example.com/notes") == std::string::npos);
  world.AddNew("web-1", 3, 3);
  CHECK_FALSE(std::holds_alternative<Read>(world.Decide()));
}

// Whom this serves: everybody, who would wait for 256 KiB to be read in each sync for nothing. Of
// what the ReplicaSet has only the length is known.
TEST_CASE_METHOD(Annotated, "a large annotation is read if there is room for it (D-163, R-064)") {
  ReplicaSet& rs = world.AddNew("web-1", 3, 3);
  const bool is_old_value = GENERATE(true, false);  // which makes room
  const bool fits = is_old_value || GENERATE(true, false);
  const uint32_t other = kAnnotationBytesCopied - 5000 - (fits && !is_old_value ? 1000 : 5);
  rs.large_annotations = {
      {is_old_value ? "example.com/notes" : "other", FingerprintOf("former"), other}};
  rs.min_ready_seconds = 7;
  if (!fits) {
    CHECK(Written().find("minReadySeconds") != std::string::npos);
    CHECK(Written().find("example.com") == std::string::npos);
  } else {
    REQUIRE(std::holds_alternative<Read>(world.Decide()));
    Answer(value);
    CHECK(Written().find(value) != std::string::npos);
  }
  Proves("D-163");
}

TEST_CASE_METHOD(Annotated, "a value is copied although the text could not be had") {
  world.deployment.spec.template_json.reset();
  world.AddNew("web-1", 3, 3);
  REQUIRE(std::holds_alternative<Read>(world.Decide()));
  Answer(value);
  CHECK(Written().find(R"("example.com/notes":")" + value) != std::string::npos);
}

TEST_CASE_METHOD(Annotated, "a value that is kept of the Deployment alone is compared, too") {
  world.deployment.large_annotations.clear();
  world.deployment.meta.annotations.Set("example.com/notes", value);
  ReplicaSet& rs = world.AddNew("web-1", 3, 3);
  rs.large_annotations = {{"example.com/notes", FingerprintOf(value), 5000}};
  const Step step = world.Decide();
  const Write* write = std::get_if<Write>(&step);
  CHECK((write == nullptr || write->request.body().find("example.com") == std::string::npos));
}

}  // namespace
}  // namespace windlass::workload::uncached_parts_test
