// The model reads the CRD of Rollouts and judges the manifests of test/deploy/rollouts by it.
// test/deploy/rollouts_crd_test.sh shows all of them to a real API server.
#include "test/sim/crd_schema.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/api/custom_resources.h"
#include "test/catch.h"
#include "test/sim/api_server.h"
#include "test/sim/crd_coerce.h"
#include "test/sim/crd_validation.h"
#include "test/sim/rollout_manifests.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim::crd_schema_test {
namespace {

// Creates the object on a server that has nothing else.
ApiAnswer Create(const Json& object) {
  SimLoop loop(1);
  ApiServer server(loop);
  server.Create("setup", resources::kNamespaces, "", SampleNamespace("default"));
  return server.Create("user", resources::kRollouts, "default", object);
}

bool IsOfSchema(const std::string& words) {
  for (const char* text :
       {" in body ", "Required value", "supported values", "Too long", "Duplicate value"}) {
    if (words.find(text) != std::string::npos) return true;
  }
  return false;
}

TEST_CASE("The model takes every good manifest of a Rollout") {
  const std::vector<RolloutManifest> all = GoodRollouts(WINDLASS_ROLLOUTS_DIR);
  CHECK(all.size() >= 40);
  for (const RolloutManifest& manifest : all) {
    const ApiAnswer answer = Create(*manifest.object);
    INFO(manifest.name << ": " << answer.body->dump());
    CHECK(answer.code == 201);
  }
}

TEST_CASE("The model refuses in the server's words what the schema of a Rollout refuses") {
  int count = 0;
  for (const RolloutManifest& manifest : BadRollouts(WINDLASS_ROLLOUTS_DIR)) {
    if (!IsOfSchema(manifest.refusal)) continue;
    const ApiAnswer answer = Create(*manifest.object);
    INFO(manifest.name << ": " << answer.body->dump());
    CHECK(answer.code == 422);
    CHECK(TextAt(*answer.body, {"message"}).find(manifest.refusal) != std::string::npos);
    ++count;
  }
  CHECK(count >= 40);
}

const Json& Schema() {
  static const Json kSchema = Json::parse(R"({"type": "object", "properties": {
    "count": {"type": "integer", "default": 2, "minimum": 1},
    "note": {"type": "string"},
    "inner": {"type": "object", "properties": {"on": {"type": "boolean", "default": true}}},
    "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": true,
             "properties": {"list": {"type": "array", "items": {"type": "object", "properties": {
               "name": {"type": "string"}}}}}},
    "labels": {"type": "object", "additionalProperties": {"type": "string"}}}})");
  return kSchema;
}

TEST_CASE("An object gets the form that its schema gives it") {
  struct Row {
    const char* sent;
    const char* stored;
  };
  const Row row = GENERATE(values<Row>({
      {R"({})", R"({"count": 2})"},
      {R"({"count": null, "note": null})", R"({"count": 2})"},
      {R"({"count": 1, "other": {"a": 1}})", R"({"count": 1})"},
      {R"({"inner": {}})", R"({"count": 2, "inner": {"on": true}})"},
      {R"({"inner": {"on": false, "x": 1}})", R"({"count": 2, "inner": {"on": false}})"},
      {R"({"open": {"a": null, "b": {"c": []}}})",
       R"({"count": 2, "open": {"a": null, "b": {"c": []}}})"},
      {R"({"open": {"list": [{"name": "a", "x": 1}]}})",
       R"({"count": 2, "open": {"list": [{"name": "a"}]}})"},
      {R"({"labels": {"a": "1", "b": null}})", R"({"count": 2, "labels": {"a": "1"}})"},
      {R"({"kind": "K", "metadata": {"x": null}})",
       R"({"count": 2, "kind": "K", "metadata": {"x": null}})"},
  }));
  Json object = Json::parse(row.sent);
  Coerce(Schema(), object);
  CHECK(object == Json::parse(row.stored));
}

TEST_CASE("A value that its schema refuses is named") {
  const auto fields = [](const char* text) {
    std::string all;
    for (const Cause& cause : ValidateSchema(Schema(), Json::parse(text), "")) {
      all += cause.field + " " + cause.reason + ";";
    }
    return all;
  };
  CHECK(fields(R"({"count": 1, "note": "", "other": 1})").empty());
  CHECK(fields(R"({"count": 0})") == "count FieldValueInvalid;");
  CHECK(fields(R"({"count": "1"})") == "count FieldValueTypeInvalid;");
  CHECK(fields(R"({"open": {"list": [{"name": 1}]}})") ==
        "open.list[0].name FieldValueTypeInvalid;");
  CHECK(fields(R"({"labels": {"a": true}})") == "labels.a FieldValueTypeInvalid;");
}

}  // namespace
}  // namespace windlass::sim::crd_schema_test
