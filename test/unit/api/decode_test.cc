// Typed views of whole objects: what is special of them. Their fields: decode_property_test.cc.
#include "kubeclient/api/decode.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kubeclient/api/decode_fields.h"
#include "kubeclient/api/deployment.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/api/replication_controller.h"
#include "kubeclient/api/template_text.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/must.h"
#include "test/unit/api/fixtures.h"

namespace windlass::decode_test {
namespace {

using nlohmann::json;
using test::kDeploymentJson;
using test::kPodJson;
using test::kReplicaSetJson;

struct Fixture {
  SymbolTable symbols;
  Decoder decoder{symbols};
};

const Uid kDeploymentUid = *Uid::Parse("8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10");

TEST_CASE("annotations are kept without last-applied-configuration (D-163)") {
  Fixture f;
  const Deployment decoded = Must(DecodeDeployment(f.decoder, kDeploymentJson));
  CHECK(decoded.meta.annotations ==
        StringMap{{"deployment.kubernetes.io/revision", "3"}, {"empty", ""}});
  CHECK(decoded.meta.labels == StringMap{{"app", "web"}, {"team", "café \"q\"\\\n"}});
}

TEST_CASE("finalizers are read with the metadata of a kind that asks for them") {
  SymbolTable symbols;
  JsonReader in;
  ObjectMeta meta;
  std::vector<Symbol> finalizers = {"left/over"};
  in.Begin(
      R"({"name":"web","finalizers":["a.org/x","b.org/y"],"annotations":{"a":"1"},"labels":7})");
  ReadObjectMeta(in, symbols, meta, finalizers);
  CHECK_FALSE(in.End().ok());  // its labels
  in.Begin(R"({"name":"web","finalizers":["a.org/x","b.org/y"],"annotations":{"a":"1"}})");
  ReadObjectMeta(in, symbols, meta, finalizers);
  CHECK(in.End().ok());
  CHECK(meta.name == "web");
  CHECK(meta.annotations.Find("a") == "1");
  CHECK(finalizers == std::vector<Symbol>{"a.org/x", "b.org/y"});
  in.Begin(R"({"name":"web","finalizers":null})");
  ReadObjectMeta(in, symbols, meta, finalizers);
  CHECK(finalizers.empty());
}

TEST_CASE("of large annotations that nobody reads the fingerprints are kept (R-064)") {
  Fixture f;
  const std::string small(kAnnotationBytesKept, 's');
  const std::string large(kAnnotationBytesKept + 1, 'l');
  const auto object = [&](const std::string& more) {
    return R"({"metadata":{"name":"web","annotations":{"a.com/large":")" + large +
           R"(","b.com/small":")" + small + R"(","c.com/read":")" + large + '"' + more + "}}}";
  };
  const Result<ReplicaSet> all = DecodeReplicaSet(f.decoder, object(""));
  REQUIRE(all.ok());
  CHECK(all->meta.annotations.size() == 3);  // nobody has said what is read
  CHECK(all->large_annotations.empty());

  const RegisteredInterest reads(
      f.decoder.interests(),
      {.reads_annotation = [](std::string_view key) { return key == "c.com/read"; },
       .keeps_all_with = [](std::string_view key) { return key == "d.com/all"; }});
  const LargeAnnotations want = {{"a.com/large", FingerprintOf(large), kAnnotationBytesKept + 1}};
  const ReplicaSet rs = Must(DecodeReplicaSet(f.decoder, object("")));
  CHECK(rs.meta.annotations == StringMap{{"b.com/small", small}, {"c.com/read", large}});
  CHECK(rs.large_annotations == want);
  CHECK(Must(DecodeDeployment(f.decoder, object(""))).large_annotations == want);
  const ReplicaSet whole = Must(DecodeReplicaSet(f.decoder, object(R"(,"d.com/all":"")")));
  CHECK(whole.meta.annotations.size() == 4);
  CHECK(whole.large_annotations.empty());

  CHECK(LargeValues(object(""), want) ==
        std::map<std::string, std::string>{{"a.com/large", large}});
  CHECK_FALSE(LargeValues(object(""), {{"a.com/large", FingerprintOf(small), 0}}));
  CHECK_FALSE(LargeValues(object(""), {{"e.com/none", FingerprintOf(large), 0}}));
  CHECK_FALSE(LargeValues("{", want));
  Proves("R-064");
}

TEST_CASE("the template's text is kept while a rollout begins, and if somebody wants it (R-064)") {
  Fixture f;
  std::string text = kDeploymentJson;  // of generation 7
  const std::string observed = R"("observedGeneration":6)";
  const Result<Deployment> begins = DecodeDeployment(f.decoder, text);
  text.replace(text.find(observed), observed.size(), R"("observedGeneration":7)");
  const Result<Deployment> begun = DecodeDeployment(f.decoder, text);
  REQUIRE((begins.ok() && begun.ok()));
  CHECK(begins->spec.template_json != nullptr);
  CHECK(begun->spec.template_json == nullptr);
  CHECK(begun->spec.template_text == begins->spec.template_text);
  CHECK(begun->spec.template_fingerprint == begins->spec.template_fingerprint);

  const RegisteredInterest wants(
      f.decoder.interests(),
      {.keeps_template = [](const ObjectMeta& meta) { return meta.name == "web"; }});
  const Deployment wanted = Must(DecodeDeployment(f.decoder, text));
  REQUIRE(wanted.spec.template_json != nullptr);
  CHECK(*wanted.spec.template_json == *begins->spec.template_json);
  Proves("R-064");
}

TEST_CASE("the template is kept byte for byte (D-780, R-032)") {
  Fixture f;
  const std::string text = kDeploymentJson;
  const size_t begin = text.find("\"template\":{") + std::string("\"template\":").size();
  const size_t end = text.find(" ,\n\"strategy\"");
  const std::string want = text.substr(begin, end - begin);
  const Deployment decoded = Must(DecodeDeployment(f.decoder, text));
  CHECK(*decoded.spec.template_json == want);
  JsonReader in;
  CHECK(RawTemplate(in, text) == Result<std::string>(want));
  CHECK(decoded.spec.template_fingerprint == FingerprintOf(*CanonicalTemplate(want)));
  Proves("D-780");
}

// Whom this serves: a user whose old Pods would go because of Pods that a deleted ReplicaSet had.
TEST_CASE("a status of a deleted object of the same name is dropped (D-261)") {
  Fixture f;
  const auto object = [](int observed) {
    return R"({"metadata":{"name":"web-7c9","generation":2},"spec":{"replicas":6},
"status":{"observedGeneration":)" +
           std::to_string(observed) + R"(,"replicas":8,"availableReplicas":8}})";
  };
  const bool is_former = GENERATE(true, false);
  const std::string text = object(is_former ? 4 : 2);
  const auto rs = Must(DecodeReplicaSet(f.decoder, text));
  CHECK(rs.status.replicas == (is_former ? 0 : 8));
  CHECK(rs.status.available_replicas == (is_former ? 0 : 8));
  CHECK(IsObserved(rs) != is_former);
  const auto controller = Must(DecodeReplicationController(f.decoder, text));
  CHECK(controller.status.replicas == (is_former ? 0 : 8));
  CHECK(IsObserved(controller) != is_former);
  Proves("D-261");
}

// Whom this serves: who reads the Deployment's condition, into which the message is copied.
TEST_CASE("of a ReplicaSet's condition the beginning of its message is kept (R-066)") {
  Fixture f;
  const auto message_of = [&](const std::string& message) {
    const json rs = {
        {"metadata", {{"name", "web-1"}, {"namespace", "shop"}}},
        {"status", {{"conditions", {{{"type", "ReplicaFailure"}, {"message", message}}}}}}};
    return Must(DecodeReplicaSet(f.decoder, rs.dump())).status.conditions.at(0).message;
  };
  CHECK(message_of(std::string(4096, 'x')) == std::string(4096, 'x'));
  CHECK(message_of(std::string(4095, 'x') + "é") == std::string(4095, 'x') + "…");
  Proves("R-066");
}

TEST_CASE("a ReplicaSet is recognised by its Deployment's template (D-150)") {
  Fixture f;
  const Deployment deployment = Must(DecodeDeployment(f.decoder, kDeploymentJson));
  const ReplicaSet replica_set = Must(DecodeReplicaSet(f.decoder, kReplicaSetJson));
  CHECK(deployment.spec.template_fingerprint == replica_set.template_fingerprint);

  json other = json::parse(R"({"metadata":{"name":"web"},"spec":{"template":{"spec":{}}}})");
  const ReplicaSet different = Must(DecodeReplicaSet(f.decoder, other.dump()));
  CHECK(deployment.spec.template_fingerprint != different.template_fingerprint);
  Proves("D-150");
}

TEST_CASE("a template whose text is known is not computed again") {
  Fixture f;
  const ReplicaSet first = Must(DecodeReplicaSet(f.decoder, kReplicaSetJson));
  const Fingerprint known{1, 2};
  const auto look = [&](const ObjectMeta& meta,
                        const Fingerprint& text) -> std::optional<Fingerprint> {
    if (meta.uid != first.meta.uid || text != first.template_text) return std::nullopt;
    return known;
  };
  const RegisteredInterest interest(f.decoder.interests(), {.known_template = look});
  CHECK(Must(DecodeReplicaSet(f.decoder, kReplicaSetJson)).template_fingerprint == known);
  // The same uid and generation with another template: the defaults of an upgraded server.
  std::string other = kReplicaSetJson;
  other.replace(other.find("ClusterFirst"), 12, "Default");
  const ReplicaSet changed = Must(DecodeReplicaSet(f.decoder, other));
  CHECK(changed.template_fingerprint != known);
  CHECK(changed.template_fingerprint != first.template_fingerprint);
}

TEST_CASE("an owner whose uid is no UUID belongs to no object of ours (BI-47)") {
  Fixture f;
  const ReplicaSet decoded = Must(DecodeReplicaSet(f.decoder, kReplicaSetJson));
  REQUIRE(decoded.meta.owner_references.size() == 2);
  CHECK(decoded.meta.owner_references[0].uid == Uid::Foreign());
  CHECK_FALSE(decoded.meta.owner_references[0].controller);
  CHECK(*decoded.meta.ControllerRef() ==
        OwnerReference{"apps/v1", "Deployment", "web", kDeploymentUid, true, true});

  for (const char* owner : {R"({})", R"({"uid":""})", R"({"uid":null})"}) {
    const std::string text =
        std::string(R"({"metadata":{"name":"x","ownerReferences":[)") + owner + "]}}";
    CHECK(Must(DecodeReplicaSet(f.decoder, text)).meta.owner_references[0].uid == Uid::Foreign());
  }
}

// Whom this serves: everybody else, when a user writes megabytes where the API server has no limit.
TEST_CASE("of an owner's texts no more is kept than an object can have (R-065)") {
  Fixture f;
  const std::string name(253, 'n');
  const std::string kind(63, 'k');
  const std::string version = std::string(253, 'g') + "/" + std::string(63, 'v');
  const auto owner_of = [&](const std::string& more) {
    const json owner = {{"apiVersion", version + more},
                        {"kind", kind + more},
                        {"name", name + more},
                        {"uid", "8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10"},
                        {"controller", true}};
    const json rs = {{"metadata", {{"name", "web-1"}, {"ownerReferences", {owner}}}}};
    return *Must(DecodeReplicaSet(f.decoder, rs.dump())).meta.ControllerRef();
  };
  const OwnerReference whole = owner_of("");
  CHECK(whole == OwnerReference{version, kind, name, kDeploymentUid, true, false});
  CHECK(owner_of(std::string(1000000, 'x')) == whole);
  CHECK(owner_of("é") == whole);
  Proves("R-065");
}

TEST_CASE("of a percentage a short text is kept, which means the same (R-065)") {
  struct Row {
    std::string written, kept;
  };
  const std::string zeros(1000000, '0');
  const std::string nines(1000000, '9');
  const Row row = GENERATE_REF(values<Row>({
      {std::string(61, '0') + "25%", std::string(61, '0') + "25%"},
      {std::string(62, '0') + "25%", "25%"},
      {zeros + "25%", "25%"},
      {zeros + "%", "0%"},
      {zeros, "0"},
      {zeros + "x%", "0x%"},
      {"25%" + zeros, "25%" + std::string(61, '0')},
      {nines + "%", std::string(64, '9')},
      {"%" + zeros + "1%", "%" + std::string(63, '0')},
  }));
  Fixture f;
  const json object = {{"metadata", {{"name", "web"}}},
                       {"spec", {{"strategy", {{"rollingUpdate", {{"maxSurge", row.written}}}}}}}};
  const Deployment decoded = Must(DecodeDeployment(f.decoder, object.dump()));
  REQUIRE(decoded.spec.max_surge);
  CHECK((decoded.spec.max_surge->string_value == row.kept));
  const Result<int32_t> kept = Resolve(*decoded.spec.max_surge, 10, true);
  const Result<int32_t> written = Resolve(IntOrPercent::Percent(row.written), 10, true);
  REQUIRE(kept.ok() == written.ok());
  if (kept.ok()) CHECK(*kept == *written);
  Proves("R-065");
}

TEST_CASE("Pod metadata is read from a whole Pod and from PartialObjectMetadata alike") {
  Fixture f;
  json partial = json::parse(kPodJson);
  partial["kind"] = "PartialObjectMetadata";
  partial["apiVersion"] = "meta.k8s.io/v1";
  partial.erase("spec");
  partial.erase("status");
  const PodMetadata whole = Must(DecodePodMetadata(f.decoder, kPodJson));
  CHECK(whole.meta == Must(DecodePodMetadata(f.decoder, partial.dump())).meta);
  CHECK(whole.meta.name == "web-7c9d-x2x4z");
  CHECK(whole.meta.labels.size() == 2);
  CHECK(whole.meta.ControllerRef()->kind == "ReplicaSet");
  CHECK(whole.meta.annotations.empty());
}

TEST_CASE("what is absent or null has the API's default (D-700, BI-29)") {
  Fixture f;
  const std::string text = GENERATE(values<std::string>({
      R"({"metadata":{"name":"web"}})",
      R"({"metadata":{"name":"web"},"spec":{},"status":{}})",
      R"({"metadata":{"name":"web","uid":null,"labels":null,"ownerReferences":null,
          "creationTimestamp":null,"generation":null},
          "spec":{"replicas":null,"selector":null,"template":null,"strategy":null,"paused":null},
          "status":{"replicas":null,"collisionCount":null,"conditions":null}})",
      R"({"metadata":{"name":"web"},"spec":null,"status":null})",
  }));
  CAPTURE(text);
  const Deployment deployment = Must(DecodeDeployment(f.decoder, text));
  CHECK(deployment.spec.replicas == 1);
  CHECK_FALSE(deployment.spec.selector.present);
  CHECK_FALSE(deployment.spec.max_surge.has_value());
  CHECK_FALSE(deployment.spec.progress_deadline_seconds.has_value());
  CHECK_FALSE(deployment.spec.revision_history_limit.has_value());
  CHECK_FALSE(deployment.status.terminating_replicas.has_value());
  CHECK_FALSE(deployment.status.collision_count.has_value());
  CHECK(deployment.status == DeploymentStatus{});
  CHECK(deployment.meta.uid.IsZero());
  CHECK(*deployment.spec.template_json == "{}");

  const ReplicaSet replica_set = Must(DecodeReplicaSet(f.decoder, text));
  CHECK(replica_set.replicas == 1);
  CHECK(replica_set.status == ReplicaSetStatus{});
  CHECK(replica_set.template_fingerprint == deployment.spec.template_fingerprint);
  Proves("D-700");
}

TEST_CASE("an empty selector is present, an absent one is not (D-052)") {
  Fixture f;
  const Deployment decoded =
      Must(DecodeDeployment(f.decoder, R"({"metadata":{"name":"web"},"spec":{"selector":{}}})"));
  CHECK(decoded.spec.selector.SelectsEverything());
  Proves("D-785");
}

TEST_CASE("the largest progressDeadlineSeconds is no deadline") {
  Fixture f;
  const Deployment decoded = Must(DecodeDeployment(
      f.decoder, R"({"metadata":{"name":"x"},"spec":{"progressDeadlineSeconds":2147483647}})"));
  CHECK(decoded.spec.progress_deadline_seconds == kUnlimited);
}

TEST_CASE("of a repeated key the last one counts, whole (BI-68)") {
  Fixture f;
  const Deployment decoded = Must(DecodeDeployment(
      f.decoder,
      R"({"metadata":{"name":"first","labels":{"a":"1"}},"spec":{"replicas":5,"paused":true},
          "spec":{"minReadySeconds":7,"minReadySeconds":8},
          "metadata":{"name":"second","labels":{"b":"1","b":"2"}}})"));
  CHECK(decoded.meta.name == "second");
  CHECK(decoded.meta.labels == StringMap{{"b", "2"}});
  CHECK(decoded.spec.replicas == 1);
  CHECK_FALSE(decoded.spec.paused);
  CHECK(decoded.spec.min_ready_seconds == 8);
}

TEST_CASE("nesting is bounded where it is read, and harmless where it is skipped (R-059)") {
  Fixture f;
  const std::string bomb = std::string(1000000, '[') + std::string(1000000, ']');
  const auto with = [&](const std::string& before, const std::string& after) {
    return R"({"metadata":{"name":"x")" + before + bomb + after + "}";
  };
  CHECK(DecodeDeployment(f.decoder, with(R"(,"managedFields":)", "}")).ok());
  CHECK_FALSE(DecodeDeployment(f.decoder, with(R"(,"labels":)", "}")).ok());
  CHECK_FALSE(DecodeDeployment(f.decoder, with(R"(},"spec":{"template":{"a":)", "}}")).ok());
  CHECK_FALSE(DecodeReplicaSet(f.decoder, with(R"(},"spec":{"template":{"a":)", "}}")).ok());
  CHECK_FALSE(DecodeDeployment(f.decoder, std::string(1000000, '{')).ok());
}

TEST_CASE("a decoder that met a bad or huge object decodes the next one all the same (R-031)") {
  Fixture f;
  const std::string huge =
      R"({"metadata":{"name":"x","annotations":{"a":")" + std::string(3000000, 'y') + R"("}}})";
  CHECK_FALSE(DecodeDeployment(f.decoder, "{\"metadata\":{\"name\":\"").ok());
  CHECK(DecodeDeployment(f.decoder, huge).ok());
  CHECK(DecodeDeployment(f.decoder, kDeploymentJson).ok());
  CHECK_FALSE(DecodeDeployment(f.decoder, "<html>").ok());
  CHECK(DecodeReplicaSet(f.decoder, kReplicaSetJson).ok());
}

TEST_CASE("symbols are shared between objects and released with them") {
  SymbolTable symbols;
  {
    Decoder decoder(symbols);
    const Result<PodMetadata> a = DecodePodMetadata(decoder, kPodJson);
    const size_t once = symbols.size();
    const Result<PodMetadata> b = DecodePodMetadata(decoder, kPodJson);
    CHECK(once > 0);
    CHECK(symbols.size() == once);
    CHECK(a->meta.namespace_.text().data() == b->meta.namespace_.text().data());
    CHECK_FALSE(DecodePodMetadata(decoder, R"({"metadata":{"namespace":"only here"}})").ok());
    CHECK(symbols.size() == once);
  }
  CHECK(symbols.size() == 0);
}

}  // namespace
}  // namespace windlass::decode_test
