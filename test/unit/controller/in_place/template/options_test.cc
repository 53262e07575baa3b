// The annotations of P-082, and what P-083 refuses.
#include "controller/in_place/template/options.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "test/catch.h"
#include "test/unit/controller/workload/as_workload.h"

namespace windlass::in_place::options_test {
namespace {

using Annotations = std::map<std::string, std::string>;

// Returns `options` with a partition that keeps `pods` Pods.
Options Partitioned(Options options, int32_t pods) {
  options.partition = pods;
  options.has_partition = true;
  return options;
}

constexpr const char* kPrefix = "windlass.dev/in-place";

// Deployment shop/web: 10 replicas, RollingUpdate 25 %/25 %, with a label and a gate to drain by.
Deployment Web(const Annotations& suffixes) {
  Deployment deployment;
  deployment.meta.namespace_ = "shop";
  deployment.meta.name = "web";
  for (const auto& [suffix, value] : suffixes) {
    deployment.meta.annotations.Set(kPrefix + suffix, value);
  }
  deployment.spec.replicas = 10;
  deployment.spec.selector.present = true;
  deployment.spec.selector.match_labels.Set("app", "web");
  deployment.spec.selector.match_expressions.push_back({"tier", "Exists", {}});
  deployment.spec.strategy_type = "RollingUpdate";
  deployment.spec.max_surge = IntOrPercent::Percent("25%");
  deployment.spec.max_unavailable = IntOrPercent::Percent("25%");
  deployment.spec.template_json = std::make_shared<const std::string>(
      R"({"metadata":{"labels":{"app":"web","tier":"front","traffic":"on"}},)"
      R"("spec":{"readinessGates":[{"conditionType":"other"},)"
      R"({"conditionType":"windlass.dev/in-place-ready"}]}})");
  return deployment;
}

Configuration ReadOptions(const Deployment& deployment) {
  return in_place::ReadOptions(workload::AsWorkload(deployment));
}

Annotations On(Annotations more) {
  more.emplace("", "IfPossible");
  return more;
}

// Returns the options if only windlass.dev/in-place: IfPossible is set.
Options Defaults() {
  Options options;
  options.policy = Policy::kIfPossible;
  options.max_unavailable = 2;
  options.max_surge = 3;
  return options;
}

TEST_CASE("a Deployment that does not ask for in-place updates has no options (P-001)") {
  const Annotations annotations = GENERATE(values<Annotations>({
      {},
      {{"", "Disabled"}},
      {{"", "disabled"}, {"-surge", "often"}, {"-partition", "-1"}},
      {{"-max-unavailable", "oops"}, {"-drain", "Gate"}},
      {{"-fields", "image"}, {"-init-images", "Recreate"}},
  }));
  const Configuration read = ReadOptions(Web(annotations));
  CHECK(read.options == Options{});
  CHECK(read.errors.empty());
  CHECK(read.warnings.empty());
}

struct Row {
  std::string id;
  Annotations annotations;
  std::function<void(Options&)> change;  // the difference from the defaults
};

Annotations Set(const std::string& suffix, const std::string& value) { return {{suffix, value}}; }

TEST_CASE("annotations are read with their defaults (P-082)") {
  const Row row = GENERATE(values<Row>({
      {"P-001 IfPossible", {}, [](Options&) {}},
      {"P-001 Only", Set("", "Only"), [](Options& o) { o.policy = Policy::kOnly; }},
      {"P-076 Release", Set("", "Release"), [](Options& o) { o.policy = Policy::kRelease; }},
      {"P-076 in any case", Set("", "release"), [](Options& o) { o.policy = Policy::kRelease; }},
      {"P-033 unavailable, a count", Set("-max-unavailable", "4"),
       [](Options& o) { o.max_unavailable = 4; }},
      {"P-033 unavailable rounds down", Set("-max-unavailable", "39%"),
       [](Options& o) { o.max_unavailable = 3; }},
      {"P-033 unavailable, none", Set("-max-unavailable", "0"),
       [](Options& o) { o.max_unavailable = 0; }},
      {"P-033 unavailable, at most all", Set("-max-unavailable", "11"),
       [](Options& o) { o.max_unavailable = 10; }},
      {"P-024 surge Auto", Set("-surge", "Auto"), [](Options&) {}},
      {"P-024 surge Always", Set("-surge", "Always"), [](Options& o) { o.surge = Surge::kAlways; }},
      {"P-024 surge Never", Set("-surge", "Never"),
       [](Options& o) { o.surge = Surge::kNever, o.max_surge = 0; }},
      {"P-033 partition, a count", Set("-partition", "7"),
       [](Options& o) { o = Partitioned(o, 7); }},
      {"P-033 partition rounds up", Set("-partition", "31%"),
       [](Options& o) { o = Partitioned(o, 4); }},
      {"P-033 partition, all", Set("-partition", "100%"),
       [](Options& o) { o = Partitioned(o, 10); }},
      {"P-033 no canary", Set("-canary-first", "false"),
       [](Options& o) { o.canary_first = false; }},
      {"P-033 canary", Set("-canary-first", "True"), [](Options&) {}},
      {"P-040 drain None", Set("-drain", "None"), [](Options&) {}},
      {"P-040 drain Gate", Set("-drain", "Gate"),
       [](Options& o) { o.drain.mode = Drain::Mode::kGate, o.drain_seconds = 10; }},
      {"P-040 drain Label", Set("-drain", "Label:traffic=on/off"),
       [](Options& o) {
         o.drain = {Drain::Mode::kLabel, "traffic", "on", "off"};
         o.drain_seconds = 10;
       }},
      {"P-040 drain for some seconds", Annotations{{"-drain", "gate"}, {"-drain-seconds", "3600"}},
       [](Options& o) { o.drain.mode = Drain::Mode::kGate, o.drain_seconds = 3600; }},
      {"P-040 drain for no time", Annotations{{"-drain", "Gate"}, {"-drain-seconds", "0"}},
       [](Options& o) { o.drain.mode = Drain::Mode::kGate; }},
      {"P-040 seconds of no drain", Annotations{{"-drain", "None"}, {"-drain-seconds", "600"}},
       [](Options&) {}},
      {"P-040 seconds alone", Set("-drain-seconds", "600"), [](Options&) {}},
      {"P-061 Hold", Set("-on-failure", "Hold"), [](Options&) {}},
      {"P-062 Revert", Set("-on-failure", "Revert"),
       [](Options& o) { o.on_failure = OnFailure::kRevert; }},
      {"P-063 Recreate", Set("-on-failure", "Recreate"),
       [](Options& o) { o.on_failure = OnFailure::kReplace; }},
      {"P-038 Respect", Set("-pdb", "Respect"), [](Options&) {}},
      {"P-106 Never", Set("-resources", "never"), [](Options&) {}},
      {"P-106 IfPossible", Set("-resources", "IfPossible"), [](Options& o) { o.resources = true; }},
      {"P-038 Ignore", Set("-pdb", "Ignore"), [](Options& o) { o.pdb = PdbPolicy::kIgnore; }},
      {"P-062 unblock", Set("-unblock", "9007199254740993"),
       [](Options& o) { o.unblock = 9007199254740993; }},
  }));
  CAPTURE(row.id);
  Options want = Defaults();
  row.change(want);
  const Configuration read = ReadOptions(Web(On(row.annotations)));
  CHECK(read.errors == std::vector<Error>{});
  CHECK(read.warnings.empty());
  CHECK(read.options == want);
}

struct LimitRow {
  std::string id;
  int32_t replicas;
  std::string strategy;
  IntOrPercent surge, unavailable;
  int32_t want_surge, want_unavailable;
};

TEST_CASE("without limits of their own, in-place updates have those of the strategy (P-033)") {
  const auto pods = IntOrPercent::Int;
  const auto share = IntOrPercent::Percent;
  const LimitRow row = GENERATE_COPY(values<LimitRow>({
      {"P-050 native defaults give three replicas nothing", 3, "RollingUpdate", share("25%"),
       share("25%"), 1, 0},
      {"P-050 native defaults, four", 4, "RollingUpdate", share("25%"), share("25%"), 1, 1},
      {"D-251 neither resolves to a Pod", 2, "RollingUpdate", pods(0), share("1%"), 0, 1},
      {"a surge alone", 5, "RollingUpdate", pods(2), pods(0), 2, 0},
      {"at most all", 5, "RollingUpdate", pods(0), pods(9), 0, 5},
      {"no replicas", 0, "RollingUpdate", share("25%"), share("25%"), 0, 0},
      {"P-011 Recreate", 1, "Recreate", share("oops"), share("oops"), 0, 1},
  }));
  CAPTURE(row.id);
  Deployment deployment = Web({{"", "Only"}});
  deployment.spec.replicas = row.replicas;
  deployment.spec.strategy_type = row.strategy;
  deployment.spec.max_surge = row.surge;
  deployment.spec.max_unavailable = row.unavailable;
  const Configuration read = ReadOptions(deployment);
  CHECK(read.errors.empty());
  CHECK(read.options.max_surge == row.want_surge);
  CHECK(read.options.max_unavailable == row.want_unavailable);
}

struct WrongRow {
  std::string id, suffix, value;
  std::string want;  // after "deployment shop/web: annotation windlass.dev/in-place<suffix>: "
};

TEST_CASE("a wrong value is told with the object, the annotation and the remedy (P-083)") {
  const std::string pods = ": write a count of Pods such as 1, or a percentage such as \"25%\"";
  const std::string drain =
      "write None, Gate or Label:<key>=<on>/<off> with two different label values, such as "
      "Label:windlass.dev/traffic=on/off";
  const WrongRow row = GENERATE_COPY(values<WrongRow>({
      {"P-001", "", "true", "\"true\" is not known: write Disabled, IfPossible, Only or Release"},
      {"P-001 empty", "", "", "\"\" is not known: write Disabled, IfPossible, Only or Release"},
      {"P-033 unavailable, a word", "-max-unavailable", "oops",
       "\"oops\" is not a percentage" + pods},
      {"P-033 unavailable, negative", "-max-unavailable", "-1", "\"-1\" is negative" + pods},
      {"P-033 unavailable, a fraction", "-max-unavailable", "1.5%",
       "\"1.5%\" is not a percentage" + pods},
      {"P-033 unavailable, too large", "-max-unavailable", "2147483648",
       "\"2147483648\" is not a percentage" + pods},
      {"P-024", "-surge", "Sometimes", "\"Sometimes\" is not known: write Auto, Never or Always"},
      {"P-033 partition", "-partition", "half", "\"half\" is not a percentage" + pods},
      {"P-033 canary", "-canary-first", "yes", "\"yes\" is not known: write true or false"},
      {"P-040 drain", "-drain", "Hard", "\"Hard\" is not valid: " + drain},
      {"P-040 drain, no key", "-drain", "Label:=on/off",
       "\"Label:=on/off\" is not valid: " + drain},
      {"P-040 drain, no values", "-drain", "Label:traffic",
       "\"Label:traffic\" is not valid: " + drain},
      {"P-040 drain, one value", "-drain", "Label:traffic=on",
       "\"Label:traffic=on\" is not valid: " + drain},
      {"P-040 drain, equal values", "-drain", "Label:traffic=on/on",
       "\"Label:traffic=on/on\" is not valid: " + drain},
      {"P-040 drain, no label value", "-drain", "Label:traffic=on/off!",
       "\"Label:traffic=on/off!\" is not valid: " + drain},
      {"P-040 drain, empty label value", "-drain", "Label:traffic=on/",
       "\"Label:traffic=on/\" is not valid: " + drain},
      {"P-040 drain, label missing in the template", "-drain", "Label:a/b=in/out",
       "\"Label:a/b=in/out\" is not valid: label \"a/b\" is missing in "
       "spec.template.metadata.labels: add it there with value \"in\", and add it to the selectors "
       "of the Services"},
      {"P-040 drain, drained in the template", "-drain", "Label:traffic=yes/on",
       "\"Label:traffic=yes/on\" is not valid: label \"traffic\" has value \"on\" in "
       "spec.template.metadata.labels, which keeps every Pod out of traffic: write another value "
       "there"},
      {"P-040 drain, label of the selector", "-drain", "Label:app=web/out",
       "\"Label:app=web/out\" is not valid: label \"app\" is in spec.selector. A drain changes "
       "this label, so the Pod might no longer belong to the Deployment: drain by another label"},
      {"P-040 drain, label of the selector's expressions", "-drain", "Label:tier=front/out",
       "\"Label:tier=front/out\" is not valid: label \"tier\" is in spec.selector. A drain changes "
       "this label, so the Pod might no longer belong to the Deployment: drain by another label"},
      {"P-040 drain, label of Windlass", "-drain", "Label:windlass.dev/revision=1/0",
       "\"Label:windlass.dev/revision=1/0\" is not valid: label \"windlass.dev/revision\" belongs "
       "to Windlass, because its key begins with windlass.dev/: drain by windlass.dev/traffic, or "
       "by a label of your own"},
      {"P-040 drain, internal label of Windlass", "-drain", "Label:internal.windlass.dev/a=1/0",
       "\"Label:internal.windlass.dev/a=1/0\" is not valid: label \"internal.windlass.dev/a\" "
       "belongs to Windlass, because its key begins with internal.windlass.dev/: drain by "
       "windlass.dev/traffic, or by a label of your own"},
      {"P-040 drain, label of the ReplicaSet", "-drain", "Label:pod-template-hash=1/0",
       "\"Label:pod-template-hash=1/0\" is not valid: label \"pod-template-hash\" belongs to the "
       "controllers of Kubernetes, which write it themselves: drain by windlass.dev/traffic, or by "
       "a label of your own"},
      {"P-040 drain, label of a StatefulSet", "-drain", "Label:controller-revision-hash=1/0",
       "\"Label:controller-revision-hash=1/0\" is not valid: label \"controller-revision-hash\" "
       "belongs to the controllers of Kubernetes, which write it themselves: drain by "
       "windlass.dev/traffic, or by a label of your own"},
      {"P-040 seconds", "-drain-seconds", "3601",
       "\"3601\" is not valid: write whole seconds from 0 to 3600"},
      {"P-040 seconds with unit", "-drain-seconds", "10s",
       "\"10s\" is not valid: write whole seconds from 0 to 3600"},
      {"P-061", "-on-failure", "Panic", "\"Panic\" is not known: write Hold, Revert or Recreate"},
      {"P-106", "-resources", "Always", "\"Always\" is not known: write Never or IfPossible"},
      {"P-038", "-pdb", "No", "\"No\" is not known: write Respect or Ignore"},
      {"P-038 as v0.1.0 had it", "-pdb", "reserve",
       "Reserve does not exist any more: write Respect or remove the annotation"},
      {"P-062", "-unblock", "all", "\"all\" is not valid: write the number of a revision"},
      {"P-062 zero", "-unblock", "0", "\"0\" is not valid: write the number of a revision"},
  }));
  CAPTURE(row.id);
  Annotations annotations{{row.suffix, row.value}};
  const Configuration read = ReadOptions(Web(On(annotations)));
  REQUIRE(read.errors.size() == 1);
  CHECK(read.errors[0].kind == ErrorKind::kConfig);
  CHECK(read.errors[0].message ==
        "deployment shop/web: annotation windlass.dev/in-place" + row.suffix + ": " + row.want);
  CHECK(read.options.policy == Policy::kDisabled);
}

TEST_CASE("a removed setting that asks for something else is wrong, with the remedy (P-083)") {
  const WrongRow row = GENERATE(values<WrongRow>({
      {"P-006 PatchOnly", "-init-images", "PatchOnly", ""},
      {"P-006 a word that nobody knows", "-init-images", "Patch", ""},
      {"P-006 empty", "-init-images", "", ""},
      {"P-004 images only", "-fields", "image", ""},
      {"P-004 two fields", "-fields", "tolerations,metadata", ""},
      {"P-004 one of them twice", "-fields", "image,metadata,image", ""},
      {"P-004 another field", "-fields", "image,metadata,tolerations,env", ""},
      {"P-009", "-fields", "image,metadata,tolerations,resources", ""},
      {"P-004 nothing", "-fields", "", ""},
      {"P-004 nothing behind a comma", "-fields", "image,metadata,tolerations,", ""},
  }));
  CAPTURE(row.id);
  const Configuration read = ReadOptions(Web(On({{row.suffix, row.value}})));
  REQUIRE(read.errors.size() == 1);
  CHECK(read.errors[0].kind == ErrorKind::kConfig);
  const std::string what_holds =
      row.suffix == "-fields"
          ? "images and tolerations change in place; labels and annotations "
            "change in place only together with an image or a toleration, and otherwise "
            "lead to new Pods"
          : "a new image of an init container leads to new Pods";
  CHECK(read.errors[0].message ==
        "deployment shop/web: annotation windlass.dev/in-place" + row.suffix + ": \"" + row.value +
            "\" is not supported any more: remove the annotation. Then " + what_holds);
  CHECK(read.options.policy == Policy::kDisabled);
  CHECK(read.warnings.empty());
}

TEST_CASE("a removed setting that says what holds anyway is ignored, with a warning (P-083)") {
  const auto [suffix, value] = GENERATE(values<std::pair<std::string, std::string>>({
      {"-init-images", "Recreate"},
      {"-init-images", "recreate"},
      {"-fields", "image,metadata,tolerations"},
      {"-fields", " tolerations , Metadata,IMAGE"},
      {"-fields", "image,image,metadata,tolerations"},
  }));
  CAPTURE(suffix, value);
  const Configuration read = ReadOptions(Web(On({{suffix, value}})));
  CHECK(read.errors == std::vector<Error>{});
  CHECK(read.options == Defaults());
  REQUIRE(read.warnings.size() == 1);
  CHECK(read.warnings[0] == "deployment shop/web: annotation windlass.dev/in-place" + suffix +
                                ": has no effect any more, because Windlass now always does what "
                                "this setting asks for: remove the setting");
}

TEST_CASE("drain Gate needs the readinessGate in the template (P-040)") {
  const std::string pod_template = GENERATE(
      "{}", R"({"spec":{"readinessGates":[{"conditionType":"other"}]}})",
      R"({"spec":{"readinessGates":[null,5]}})", R"({"spec":{"readinessGates":{}}})", "oops");
  Deployment deployment = Web(On({{"-drain", "Gate"}}));
  deployment.spec.template_json = std::make_shared<const std::string>(pod_template);
  const Configuration read = ReadOptions(deployment);
  REQUIRE(read.errors.size() == 1);
  CHECK(read.errors[0].message ==
        "deployment shop/web: annotation windlass.dev/in-place-drain: \"Gate\" is not valid: "
        "readinessGate windlass.dev/in-place-ready is missing: add it to "
        "spec.template.spec.readinessGates, or choose Label or None");
}

TEST_CASE("what cannot go together is told (P-083)") {
  SECTION("P-012 Only, and neither a Pod less nor a Pod more") {
    const std::string none = GENERATE("0", "0%");
    Deployment deployment = Web({{"", "Only"}, {"-surge", "Never"}, {"-max-unavailable", none}});
    const Configuration read = ReadOptions(deployment);
    REQUIRE(read.errors.size() == 1);
    CHECK(read.errors[0].message ==
          "deployment shop/web: annotation windlass.dev/in-place-surge: with Never, Windlass "
          "cannot update any Pod, because no Pod may be unavailable: set "
          "windlass.dev/in-place-max-unavailable to 1 or more, or write Auto");
    deployment.meta.annotations.Set(kMaxUnavailable, "1");
    CHECK(ReadOptions(deployment).errors.empty());
  }
  SECTION("P-012 the same by the Deployment's own strategy") {
    Deployment deployment = Web({{"", "Only"}, {"-surge", "Never"}});
    deployment.spec.max_unavailable = IntOrPercent::Int(0);
    CHECK(ReadOptions(deployment).errors.size() == 1);
    deployment.spec.max_surge = IntOrPercent::Int(0);  // both 0: one Pod may be unavailable (D-251)
    CHECK(ReadOptions(deployment).errors.empty());
  }
}

TEST_CASE("whoever scales does not make a value wrong (P-011, P-012)") {
  Deployment deployment = Web({{"", "Only"}, {"-surge", "Never"}});  // 25 %
  deployment.spec.replicas = GENERATE(0, 3, 4);
  CHECK(ReadOptions(deployment).options.policy == Policy::kOnly);
  deployment.spec.strategy_type = "Recreate";
  CHECK(ReadOptions(deployment).options.policy == Policy::kOnly);
}

TEST_CASE(
    "with Only, a wrong value ends neither the policy nor the other settings (P-014, P-083)") {
  const std::string word = GENERATE("Only", "only", "IfPossible", "Release");
  const Configuration read = ReadOptions(
      Web({{"", word}, {"-partition", "lots"}, {"-drain", "Door"}, {"-max-unavailable", "2"}}));
  CHECK(read.errors.size() == 2);
  const bool only = word == "Only" || word == "only";
  CHECK(read.options.policy == (only ? Policy::kOnly : Policy::kDisabled));
  CHECK(read.options.partition == 0);
  CHECK(read.options.drain == Drain{});
  CHECK(read.options.max_unavailable == 2);
}

TEST_CASE("all wrong values are told at once, in the order of the keys (P-083)") {
  const Configuration read = ReadOptions(Web({{"", "yes"},
                                              {"-surge", "yes"},
                                              {"-partition", "yes"},
                                              {"-drain", "yes"},
                                              {"-unblock", "yes"},
                                              {"-fields", "yes"},
                                              {"-init-images", "yes"},
                                              {"-max-unavailable", "yes"}}));
  std::string keys;
  for (const Error& error : read.errors) {
    const std::string behind = error.message.substr(error.message.find(kPrefix));
    keys += behind.substr(0, behind.find(':')).substr(std::string(kPrefix).size()) + ";";
  }
  CHECK(keys == ";-max-unavailable;-surge;-partition;-drain;-unblock;-init-images;-fields;");
}

TEST_CASE("a limit of the strategy that cannot be read is told by its own name (P-033)") {
  Deployment deployment = Web({{"", "IfPossible"}});
  deployment.spec.max_unavailable = IntOrPercent::Percent("oops");
  const Configuration read = ReadOptions(deployment);
  REQUIRE(read.errors.size() == 1);
  CHECK(read.errors[0].message.starts_with(
      "deployment shop/web: spec.strategy.rollingUpdate.maxUnavailable: \"oops\""));
}

TEST_CASE("what is understood in spite of itself is a warning (P-083)") {
  const Configuration read = ReadOptions(Web(On({{"-partition", "11"}, {"-max-unavailble", "1"}})));
  CHECK(read.errors.empty());
  CHECK(read.options.policy == Policy::kIfPossible);
  CHECK(read.options.partition == 10);
  REQUIRE(read.warnings.size() == 2);
  CHECK(read.warnings[0] ==
        "deployment shop/web: annotation windlass.dev/in-place-partition: \"11\" is more than the "
        "10 replicas, so all of them keep the old revision");
  CHECK(read.warnings[1] ==
        "deployment shop/web: annotation windlass.dev/in-place-max-unavailble: is not a known "
        "setting and has no effect: correct its name or remove it");
}

// The pod template has the label in each row, as it has any label of a drain.
TEST_CASE("a drain by a label that others write is wrong, also if the template has it (P-040)") {
  const auto [key, is_wrong] = GENERATE(values<std::pair<std::string, bool>>({
      {"windlass.dev/revision", true},
      {"windlass.dev/tier", true},
      {"pod-template-hash", true},
      {"pod-template-generation", true},
      {"statefulset.kubernetes.io/pod-name", true},
      {"apps.kubernetes.io/pod-index", true},
      {"windlass.dev/traffic", false},
      {"app.kubernetes.io/component", false},
      {"windlass.dev.example.com/traffic", false},
      {"example.com/pod-template-hash", false},
  }));
  CAPTURE(key);
  Deployment deployment = Web(On({{"-drain", "Label:" + key + "=on/off"}}));
  deployment.spec.template_json =
      std::make_shared<const std::string>(R"({"metadata":{"labels":{")" + key + R"(":"on"}}})");
  const Configuration read = ReadOptions(deployment);
  CHECK(read.errors.size() == (is_wrong ? 1 : 0));
  CHECK((read.options.drain.mode == Drain::Mode::kLabel) == !is_wrong);
}

TEST_CASE("a drain by another value than the template's is a warning (P-040)") {
  const Configuration read = ReadOptions(Web(On({{"-drain", "Label:traffic=yes/no"}})));
  CHECK(read.errors.empty());
  CHECK(read.options.drain.off == "no");
  REQUIRE(read.warnings.size() == 1);
  CHECK(read.warnings[0] ==
        "deployment shop/web: annotation windlass.dev/in-place-drain: label \"traffic\" has value "
        "\"on\" in spec.template.metadata.labels. Pods get this value back after a drain, not "
        "\"yes\": in this setting, write \"on\" before the slash");
}

}  // namespace
}  // namespace windlass::in_place::options_test
