// Which changes of a template reach running Pods, and which not: P-002…P-012.
#include "controller/in_place/template/eligibility.h"

#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/unit/controller/in_place/template/template_rows.h"

namespace windlass::in_place::eligibility_test {
namespace {

using Json = nlohmann::json;

TEST_CASE("templates that mean the same are no rollout (P-002)") {
  Check(GENERATE(values<Row>({
      {"P-002 identical", {}, "unchanged"},
      {"P-002 the hash label", PutText(kLabels + "/pod-template-hash", "7c9"), "unchanged"},
      {"P-002 quantities of one value",
       Together(PutText(kApp + "/resources/limits/cpu", "1000m"),
                Put(kApp + "/resources/limits/memory", "1073741824")),
       "unchanged"},
      {"P-002 zero values", Put("/spec/hostNetwork", "false"), "unchanged"},
      {"P-002 empty lists", Together(Put(kLog + "/env", "[]"), Put(kLog + "/args", "null")),
       "unchanged"},
      {"P-002 empty resources", Put(kLog + "/resources", "{}"), "unchanged"},
  })));
}

TEST_CASE("containers are matched by name and place (P-003)") {
  Check(GENERATE(values<Row>({
      {"P-003 one more", Put("/spec/containers/2", R"({"name":"new","image":"x"})"),
       "FieldChanged:"},
      {"P-003 one more in front", Put(kApp, R"({"name":"new","image":"x"})"),
       "FieldChanged:/spec/containers/0/name"},
      {"P-003 one less", Remove(kLog), "FieldChanged:"},
      {"P-003 renamed", PutText(kLog + "/name", "logs"), "FieldChanged:"},
      {"P-003 other order",
       Together(Remove(kLog), Put(kApp, R"({"name":"log","image":"r/log:1"})")),
       "FieldChanged:/spec/containers/0/name"},
      {"P-003 one more init container",
       Put("/spec/initContainers/2", R"({"name":"new","image":"x"})"), "FieldChanged:"},
      {"P-003 the first init container", Put("/spec/initContainers", R"([{"name":"n"}])"),
       "FieldChanged:", Remove("/spec/initContainers")},
      {"P-003 no init container any more", Remove("/spec/initContainers"), "FieldChanged:"},
  })));
}

TEST_CASE("other fields cannot change, and the first one is named (P-004)") {
  Check(GENERATE(values<Row>({
      {"P-004 env", PutText(kApp + "/env/0/value", "3"), "FieldChanged:"},
      {"P-004 order of env",
       Put(kApp + "/env", R"([{"name":"B","value":"2"},{"name":"A","value":"1"}])"),
       "FieldChanged:/spec/containers/0/env/0/name"},
      {"P-004 one env more", Put(kApp + "/env/2", R"({"name":"C"})"), "FieldChanged:"},
      {"P-004 env together with its image",
       Together(Image(kApp, "r/app:2"), PutText(kApp + "/env/1/value", "3")),
       "FieldChanged:/spec/containers/0/env/1/value"},
      {"P-004 command", Put(kLog + "/command", R"(["sh"])"), "FieldChanged:"},
      {"P-004 port", Put(kApp + "/ports/0/containerPort", "81"), "FieldChanged:"},
      {"P-004 probe", PutText(kApp + "/readinessProbe/httpGet/path", "/ready"), "FieldChanged:"},
      {"P-004 no probe", Remove(kApp + "/readinessProbe"), "FieldChanged:"},
      {"P-009 resources", PutText(kApp + "/resources/limits/cpu", "2"), "FieldChanged:"},
      {"P-004 order of volumes",
       Put("/spec/volumes", R"([{"name":"w","emptyDir":{}},{"name":"v","emptyDir":{}}])"),
       "FieldChanged:/spec/volumes/0/name"},
      {"P-004 pointer to an empty struct", Remove("/spec/securityContext"), "FieldChanged:"},
      {"P-004 service account", PutText("/spec/serviceAccountName", "other"), "FieldChanged:"},
      {"P-004 grace period", Put("/spec/terminationGracePeriodSeconds", "31"), "FieldChanged:"},
      {"P-004 node selector, a key with a slash", Put("/spec/nodeSelector", R"({"a/b":"c"})"),
       "FieldChanged:/spec/nodeSelector/a~1b", Put("/spec/nodeSelector", R"({"a/b":"d"})")},
      {"P-004 readiness gate", Put("/spec/readinessGates", R"([{"conditionType":"x"}])"),
       "FieldChanged:"},
      {"P-004 a field that nobody knows yet", Put("/spec/future", "0"), "FieldChanged:"},
      {"P-004 the pull policy", PutText(kApp + "/imagePullPolicy", "Always"),
       "ImagePullPolicyChanged:"},
      {"P-004 the pull policy, defaulted anew for :latest",
       Together(Image(kSetup, "r/setup:latest"), PutText(kSetup + "/imagePullPolicy", "Always")),
       "ImagePullPolicyChanged:/spec/initContainers/0/imagePullPolicy"},
      {"P-004 another key of that name", PutText("/spec/nodeSelector/imagePullPolicy", "d"),
       "FieldChanged:", Put("/spec/nodeSelector", R"({"a":"b"})")},
      {"P-005 no image any more", Remove(kApp + "/image"), "FieldChanged:"},
      {"P-005 an image where there was none", Image(kApp, "r/app:2"),
       "FieldChanged:", Remove(kApp + "/image")},
  })));
}

TEST_CASE("images of containers change in place (P-005)") {
  Check(GENERATE(values<Row>({
      {"P-005 one", Image(kApp, "r/app:2"), "image app r/app:1>r/app:2"},
      {"P-005 two", Together(Image(kLog, "r/log:2"), Image(kApp, "r/app:2")),
       "image app r/app:1>r/app:2; image log r/log:1>r/log:2"},
      {"P-005 a digest", Image(kApp, "r/app@sha256:0a"), "image app r/app:1>r/app@sha256:0a"},
      {"P-005 names that a runtime normalises are different images",
       Image(kApp, "docker.io/library/nginx"), "image app nginx>docker.io/library/nginx",
       Image(kApp, "nginx")},
      {"P-005 an implied tag is another image", Image(kApp, "nginx:latest"),
       "image app nginx>nginx:latest", Image(kApp, "nginx")},
      {"P-005 beside differences of form",
       Together(Image(kApp, "r/app:2"), PutText(kApp + "/resources/limits/cpu", "1000m"),
                PutText(kLabels + "/pod-template-hash", "7c9"), Put("/spec/hostPID", "false")),
       "image app r/app:1>r/app:2"},
      {"P-005 own restart policy", Image(kApp, "r/app:2"),
       "ContainerRestartPolicy:/spec/containers/0/restartPolicy",
       PutText(kApp + "/restartPolicy", "Never")},
      {"P-005 restart rules", Image(kApp, "r/app:2"),
       "ContainerRestartPolicy:/spec/containers/0/restartPolicyRules",
       Put(kApp + "/restartPolicyRules", R"([{"action":"Restart"}])")},
      {"P-005 restart policy of another container", Image(kApp, "r/app:2"),
       "image app r/app:1>r/app:2", PutText(kLog + "/restartPolicy", "Never")},
      {"P-005 a container that nobody could name", Image(kLog, "r/log:2"),
       "FieldChanged:", Remove(kLog + "/name")},
      {"P-005 a restart policy that changes", PutText(kApp + "/restartPolicy", "Always"),
       "FieldChanged:"},
  })));
}

TEST_CASE("images of init containers: sidecars restart, others do not (P-006)") {
  Check(GENERATE(values<Row>({
      {"P-006 sidecar", Image(kProxy, "r/proxy:2"), "sidecar proxy r/proxy:1>r/proxy:2"},
      {"P-006 sidecar and container", Together(Image(kProxy, "r/proxy:2"), Image(kApp, "r/app:2")),
       "image app r/app:1>r/app:2; sidecar proxy r/proxy:1>r/proxy:2"},
      {"P-005 sidecar with restart rules", Image(kProxy, "r/proxy:2"),
       "ContainerRestartPolicy:/spec/initContainers/1/restartPolicyRules",
       Put(kProxy + "/restartPolicyRules", R"([{"action":"Restart"}])")},
      {"P-006 a sidecar that becomes a plain init container", Remove(kProxy + "/restartPolicy"),
       "FieldChanged:"},
  })));
}

TEST_CASE("another image of a plain init container needs new Pods (P-006)") {
  const Edits setup = Image(kSetup, "r/setup:2");
  const Edits never = PutText(kSetup + "/restartPolicy", "Never");
  Check(GENERATE_COPY(values<Row>({
      {"P-006 alone", setup, "InitImageChanged:"},
      {"P-006 with another", Together(setup, Image(kApp, "r/app:2")), "InitImageChanged:"},
      {"P-006 own policy", setup, "InitImageChanged:", never},
      {"P-006 with metadata", Together(setup, PutText(kAnnotations + "/note", "b")),
       "InitImageChanged:"},
  })));
}

TEST_CASE("a template that is not a JSON object is an error, one of odd types is not") {
  const std::string good = kTemplate;
  for (const std::string bad : {"", "null", "[]", "{", R"({"a":1e400})"}) {
    CAPTURE(bad);
    const auto host = CompareTemplates(bad, good);
    REQUIRE_FALSE(host.ok());
    CHECK(host.error().kind == ErrorKind::kMalformed);
    CHECK_FALSE(CompareTemplates(good, bad).ok());
  }
  // Templates with equal texts are equal, even if a number in them is too large to be read.
  const std::string large = R"({"a":1e400})";
  const auto equal = CompareTemplates(large, large);
  REQUIRE(equal.ok());
  CHECK(std::holds_alternative<Unchanged>(*equal));
  const std::string odd = GENERATE(
      R"({})", R"({"spec":5})", R"({"metadata":5,"spec":[]})", R"({"spec":{"containers":5}})",
      R"({"spec":{"containers":{"a":1},"initContainers":"x"}})",
      R"({"spec":{"containers":[5,null],"tolerations":{"a":1}}})",
      R"({"metadata":{"labels":[1],"annotations":{"note":7}}})",
      R"({"spec":{"containers":[{"name":5,"image":6},{"name":[],"image":"x"}]}})");
  CAPTURE(odd);
  CHECK(Judged(Json::parse(good), Json::parse(odd)).starts_with("FieldChanged:/"));
  CHECK(Judged(Json::parse(odd), Json::parse(good)).starts_with("FieldChanged:/"));
  Json other = Json::parse(odd);
  other["spec"] = {{"containers", {{{"name", 5}, {"image", "y"}}, {{"name", "b"}}}},
                   {"affinity", {{"podAffinity", 5}}},
                   {"topologySpreadConstraints", 7}};
  CHECK(Judged(Json::parse(odd), other).starts_with("FieldChanged:/"));
}

using Sizes = std::vector<int32_t>;

struct RolloutRow {
  std::string id;
  std::string strategy;
  int32_t replicas;
  int32_t max_unavailable, max_surge;
  Sizes sizes;  // of the ReplicaSets; the last is the pending one
  std::string want;
};

TEST_CASE("what speaks against in-place whatever the templates are (P-010 … P-012)") {
  const RolloutRow row = GENERATE(values<RolloutRow>({
      {"P-010 one active", "RollingUpdate", 4, 1, 1, {4, 0}, ""},
      {"P-010 old ones at rest", "RollingUpdate", 4, 1, 1, {0, 4, 0, 0}, ""},
      {"P-010 stand-ins", "RollingUpdate", 4, 1, 1, {4, 1}, ""},
      {"P-010 a rolling update under way", "RollingUpdate", 4, 1, 1, Sizes{3, 2, 0},
       "MultipleActiveReplicaSets"},
      {"P-010 none", "RollingUpdate", 0, 0, 1, {0, 0}, ""},
      {"P-011 Recreate, one replica", "Recreate", 1, 1, 0, {1, 0}, ""},
      {"P-011 Recreate, none", "Recreate", 0, 0, 0, {0, 0}, ""},
      {"P-011 Recreate, two replicas", "Recreate", 2, 2, 0, {2, 0}, "RecreateStrategy"},
      {"P-012 nothing may be missing, nothing be added", "RollingUpdate", 3, 0, 0, Sizes{3, 0},
       "NoBudget"},
      {"P-012 a stand-in", "RollingUpdate", 3, 0, 1, {3, 0}, ""},
      {"P-012 without Pods", "RollingUpdate", 0, 0, 0, {0, 0}, ""},
  }));
  CAPTURE(row.id);
  const bool recreates = row.strategy == "Recreate";
  Options options;
  options.max_unavailable = row.max_unavailable;
  options.max_surge = row.max_surge;
  std::vector<ReplicaSet> stored(row.sizes.size());
  std::vector<const ReplicaSet*> replica_sets;
  for (size_t i = 0; i < stored.size(); ++i) {
    stored[i].replicas = row.sizes[i];
    replica_sets.push_back(&stored[i]);
  }
  const auto refusal =
      RefuseRollout(row.replicas, recreates, options, replica_sets, &stored.back());
  CHECK((refusal ? Text(*refusal) : "") == row.want);
  const bool stands_in = stored.back().replicas > 0;
  const auto without = RefuseRollout(row.replicas, recreates, options, replica_sets, nullptr);
  CHECK((without ? Text(*without) : "") == (stands_in ? "MultipleActiveReplicaSets" : row.want));
}

TEST_CASE("a reason is written with what is to blame, and read again (P-004)") {
  const auto [why, text] = GENERATE(table<NotEligible, std::string>({
      {{Reason::kFieldChanged, "/spec/hostNetwork"}, "FieldChanged:/spec/hostNetwork"},
      {{Reason::kMatchLabelKey, "/metadata/labels/a:b"}, "MatchLabelKey:/metadata/labels/a:b"},
      {{Reason::kNoBudget, ""}, "NoBudget"},
  }));
  CHECK(Text(why) == text);
  CHECK(ParseNotEligible(text) == why);
}

TEST_CASE("a reason that an earlier version wrote is read, too, and nothing else is (P-004)") {
  CHECK(ParseNotEligible("PodForbidden: cannot patch") ==
        NotEligible{Reason::kPodForbidden, "cannot patch"});
  for (const char* text : {"", ":", "Field", "FieldChanged ", "pod web-1: app: ErrImagePull"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseNotEligible(text));
  }
}

TEST_CASE("of what is to blame 512 bytes are kept, because ReplicaSets carry it (P-004, R-066)") {
  const std::string text = Text(NotEligible{Reason::kFieldChanged, std::string(600, 'x')});
  CHECK(text == "FieldChanged:" + std::string(512, 'x'));
}

// A state that a client wrote may name a template of any other shape.
TEST_CASE("of templates with other containers no patch is of metadata alone") {
  const std::string one = R"({"metadata":{"labels":{"v":"1"}},"spec":{"containers":[)"
                          R"({"name":"app","image":"app:1"}]}})";
  const std::string other =
      GENERATE(R"({"spec":{"initContainers":[{"name":"setup","image":"s:1"}],"containers":[)"
               R"({"name":"app","image":"app:1"}]}})",
               R"({"spec":{"containers":[{"name":"app"}]}})", R"({"spec":{"containers":[]}})");
  CHECK_FALSE(PatchIsMetadataOnly(one, other).value());
  CHECK_FALSE(PatchIsMetadataOnly(other, one).value());
}

struct NamedReason {
  Reason reason;
  const char* name;
};

constexpr NamedReason kNames[] = {
    {Reason::kFieldChanged, "FieldChanged"},
    {Reason::kRestartRequested, "RestartRequested"},
    {Reason::kInitImageChanged, "InitImageChanged"},
    {Reason::kSidecarKubeletTooOld, "SidecarKubeletTooOld"},
    {Reason::kImagePullPolicyChanged, "ImagePullPolicyChanged"},
    {Reason::kMetadataOnly, "MetadataOnly"},
    {Reason::kEnvFromMetadata, "EnvFromMetadata"},
    {Reason::kMatchLabelKey, "MatchLabelKey"},
    {Reason::kContainerRestartPolicy, "ContainerRestartPolicy"},
    {Reason::kMultipleActiveReplicaSets, "MultipleActiveReplicaSets"},
    {Reason::kRecreateStrategy, "RecreateStrategy"},
    {Reason::kNoBudget, "NoBudget"},
    {Reason::kPodForbidden, "PodForbidden"},
    {Reason::kQosClassChanged, "QOSClassChanged"},
    {Reason::kResourcesAddedOrRemoved, "ResourcesAddedOrRemoved"},
    {Reason::kOtherResources, "OtherResources"},
    {Reason::kEnvFromResources, "EnvFromResources"},
    {Reason::kResizeServerTooOld, "ResizeServerTooOld"},
    {Reason::kResizeKubeletTooOld, "ResizeKubeletTooOld"},
    {Reason::kResizeInfeasible, "ResizeInfeasible"},
    {Reason::kResizeDeferred, "ResizeDeferred"},
};

TEST_CASE("each reason has the name that users know, and none is missing here (P-083)") {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    CHECK(static_cast<size_t>(kNames[i].reason) == i);
    CHECK(Name(kNames[i].reason) == kNames[i].name);
  }
  CHECK(Name(static_cast<Reason>(std::size(kNames))) == "unknown");
}

}  // namespace
}  // namespace windlass::in_place::eligibility_test
