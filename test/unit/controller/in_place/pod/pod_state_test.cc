#include "controller/in_place/pod/pod_state.h"

#include "test/catch.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::pod_state_test {
namespace {

using namespace test;

// As P-028 shows it.
const std::string kText =
    R"({"v":1,"d":"8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10","rev":6,)"
    R"("target":"t-00000000000000020000000000000002","from":"t-00000000000000010000000000000001",)"
    R"("g0":3,"at":"1970-01-01T00:16:40Z","attempt":1,"c":{"app":{"from":"r/app:1",)"
    R"("to":"r/app:2","id":"A","img":"r/app@sha256:aa","rc":0}}})";

PodState State() {
  return StateWith({{.name = "app",
                     .from = "r/app:1",
                     .to = "r/app:2",
                     .id = "A",
                     .image_id = "r/app@sha256:aa"}});
}

TEST_CASE("P-028 the state of a patch is written as specified") {
  CHECK(WritePodState(State()) == Result<std::string>(kText));
  CHECK(ParsePodState(kText) == Result<PodState>(State()));
}

TEST_CASE("P-028 P-034 what was written is read again") {
  PodState state = State();
  state.revision = INT64_MAX;
  state.generation_before = 0;
  state.attempt = 7;
  state.target = {0xFEDCBA9876543210, 0x0123456789ABCDEF};
  state.containers[0].restart_count = INT32_MAX;
  state.containers[0].of_template = true;
  state.containers[0].seen = {{"A", "r/app:1"}, {"B", ""}, {"", ""}};
  state.containers.push_back(
      {.name = "caf\u00e9 \"q\"\\\n", .from = "a", .to = "b", .id = "", .image_id = ""});
  const Result<std::string> text = WritePodState(state);
  REQUIRE(text.ok());
  CHECK(ParsePodState(*text) == Result<PodState>(state));

  state.containers.clear();  // only metadata was patched
  CHECK(ParsePodState(*WritePodState(state)) == Result<PodState>(state));
}

TEST_CASE("P-027 a state that names another Pod is none of this one's") {
  Pod pod;
  pod.meta.uid = {1, 2};
  PodState state = State();
  for (const Uid& named : {Uid{1, 2}, Uid{1, 3}, Uid{}}) {
    state.pod = named;
    pod.meta.annotations = {{"windlass.dev/in-place-state", *WritePodState(state)}};
    const bool its_own = named.IsZero() || named == pod.meta.uid;
    CHECK(PodStateOf(pod).has_value() == its_own);
    if (its_own) CHECK(PodStateOf(pod) == Result<PodState>(state));
  }
  const std::string text = kText.substr(0, kText.size() - 1) + R"(,"pod":"web-1"})";
  CHECK_FALSE(ParsePodState(text).ok());
}

TEST_CASE("P-028 the reservation in a state that v0.1.0 wrote is ignored, and not written again") {
  // v0.1.0 wrote these two: one for a patch, one for a Pod that was drained before its first patch.
  const std::string patched =
      R"({"v":1,"d":"8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10","rev":6,)"
      R"("target":"t-00000000000000020000000000000002",)"
      R"("from":"t-00000000000000010000000000000001","g0":3,"at":"1970-01-01T00:16:40Z",)"
      R"("attempt":1,"c":{"app":{"from":"r/app:1","to":"r/app:2","id":"A",)"
      R"("img":"r/app@sha256:aa","rc":0}},"reserved":"1970-01-01T00:16:39Z"})";
  const std::string drained =
      R"({"v":1,"d":"8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10","rev":5,)"
      R"("target":"t-00000000000000010000000000000001",)"
      R"("from":"t-00000000000000010000000000000001","g0":1,"at":"1970-01-01T00:16:40Z",)"
      R"("attempt":1,"c":{},"pod":"5b1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10",)"
      R"("drain":{"since":"1970-01-01T00:16:40Z","mode":"Label:traffic=on/off"},)"
      R"("reserved":"1970-01-01T00:16:39Z"})";
  CHECK(ParsePodState(patched) == Result<PodState>(State()));
  PodState before = State();
  before.pod = *Uid::Parse("5b1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10");
  before.revision = 5;
  before.target = before.from;
  before.generation_before = 1;
  before.containers.clear();
  before.drain = Drained{kAt, *ParseDrain("Label:traffic=on/off")};
  CHECK(ParsePodState(drained) == Result<PodState>(before));

  const std::string reserved = R"(,"reserved":"1970-01-01T00:16:39Z"})";
  for (const std::string& text : {patched, drained}) {
    CHECK(WritePodState(*ParsePodState(text)) ==
          Result<std::string>(text.substr(0, text.size() - reserved.size()) + "}"));
  }
  const std::string unreadable = kText.substr(0, kText.size() - 1) + R"(,"reserved":["soon"]})";
  CHECK(ParsePodState(unreadable) == Result<PodState>(State()));
}

TEST_CASE("P-047 a Pod that was patched while its kubelet was not heard says so") {
  PodState state = State();
  state.unheard = true;
  const std::string text = kText.substr(0, kText.size() - 1) + R"(,"unheard":true})";
  CHECK(WritePodState(state) == Result<std::string>(text));
  CHECK(ParsePodState(text) == Result<PodState>(state));
}

TEST_CASE("P-040 a drained Pod says since when and how") {
  PodState state = State();
  state.drain = Drained{kAt, *ParseDrain("Label:windlass.dev/traffic=on/off")};
  const std::string text = kText.substr(0, kText.size() - 1) +
                           R"(,"drain":{"since":"1970-01-01T00:16:40Z",)"
                           R"("mode":"Label:windlass.dev/traffic=on/off"}})";
  CHECK(WritePodState(state) == Result<std::string>(text));
  CHECK(ParsePodState(text) == Result<PodState>(state));
  state.drain->again = kDrainAgainMax;
  const std::string anew = text.substr(0, text.size() - 2) + R"(,"again":2}})";
  CHECK(WritePodState(state) == Result<std::string>(anew));
  CHECK(ParsePodState(anew) == Result<PodState>(state));
  state.drain->was_out = true;
  const std::string out = text.substr(0, text.size() - 2) + R"(,"again":2,"out":true}})";
  CHECK(WritePodState(state) == Result<std::string>(out));
  CHECK(ParsePodState(out) == Result<PodState>(state));
  state.drain->was_out = false;
  const std::string more = text.substr(0, text.size() - 2) + R"(,"again":2147483647}})";
  CHECK(ParsePodState(more) == Result<PodState>(state));
  const std::string less = text.substr(0, text.size() - 2) + R"(,"again":-1}})";
  CHECK_FALSE(ParsePodState(less).ok());
  state.drain->how = *ParseDrain("Gate");
  state.containers.clear();
  CHECK(ParsePodState(*WritePodState(state)) == Result<PodState>(state));
}

TEST_CASE("P-028 one container takes half a kilobyte, and so many do not fit") {
  PodState state = State();
  ContainerPatch& app = state.containers[0];
  app.from = "registry.example/shop/web:2026.11.20";
  app.to = "registry.example/shop/web:2026.11.21";
  app.id = IdText('A');
  app.image_id = "registry.example/shop/web@sha256:" + std::string(64, 'a');
  CHECK(WritePodState(state)->size() < 512);

  for (int i = 0; i < 1000; ++i) {
    app.seen.push_back({IdText('A'), "r/app:" + std::to_string(i)});
  }
  const Result<std::string> text = WritePodState(state);
  REQUIRE_FALSE(text.ok());
  CHECK(text.error().kind == ErrorKind::kInvalid);
  CHECK(text.error().message.find("windlass.dev/in-place-state: ") == 0);
}

TEST_CASE("P-028 what a later version adds is ignored") {
  std::string text = kText;
  text.replace(text.find("\"rev\""), 0, R"("later":{"since":[1]},)");
  text.replace(text.find("\"to\""), 0, R"("batch":2,)");
  CHECK(ParsePodState(text) == Result<PodState>(State()));
}

struct Row {
  std::string what, by, want;
};

TEST_CASE("P-027 P-028 garbage is an error that names it") {
  const Row row = GENERATE(values<Row>({
      {kText, "", "document"},
      {kText, "null", "document"},
      {kText, "[]", "document"},
      {kText, "{}", "v: missing"},
      {R"("v":1)", R"("v":2)", "v: want 1"},
      {R"("v":1)", R"("v":"1")", "v: must be a 64-bit integer"},
      {R"("v":1,)", "", "v: missing"},
      {R"("d":"8d)", R"("d":"xx)", "d: want a UUID"},
      {R"("d":"8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10",)", "", "d: missing"},
      {R"("rev":6,)", "", "rev: missing"},
      {R"("rev":6)", R"("rev":-1)", "rev: want at least 0"},
      {R"("rev":6)", R"("rev":9223372036854775808)", "rev: must be a 64-bit integer"},
      {R"("target":"t-0)", R"("target":"t-)", "target: want \"t-\" and 32 hexadecimal digits"},
      {R"("target":"t-0)", R"("target":"t-g)", "target: want \"t-\" and 32 hexadecimal digits"},
      {R"("target":"t-0)", R"("target":"t--)", "target: want \"t-\" and 32 hexadecimal digits"},
      {R"("target":"t-0)", R"("target":"x-0)", "target: want \"t-\" and 32 hexadecimal digits"},
      {R"("from":"t-00000000000000010000000000000001",)", "", "from: missing"},
      {R"("g0":3)", R"("g0":-3)", "g0: want at least 0"},
      {R"("g0":3)", R"("g0":null)", "g0: missing"},
      {R"("at":"1970)", R"("at":"x)", "at: want an RFC 3339 time"},
      {R"("attempt":1)", R"("attempt":0)", "attempt: want at least 1"},
      {R"("attempt":1,)", "", "attempt: missing"},
      {R"("c":{"app")", R"("c":[{"app")", "c: must be an object"},
      {R"({"from":"r/app:1")", R"({"from":7)", "c.app.from: must be a string"},
      {R"({"from":"r/app:1",)", "{", "c.app: from: missing"},
      {R"("to":"r/app:2",)", R"("to":"",)", "c.app: to: missing"},
      {R"(,"rc":0)", "", "c.app: rc: missing"},
      {R"("rc":0)", R"("rc":2147483648)", "c.app.rc: must be a 32-bit integer"},
      {R"("rc":0)", R"("rc":-1)", "c.app.rc: want at least 0"},
      {R"("rc":0)", R"("rc":0,"seen":{})", "c.app.seen: must be an array"},
      {R"("rc":0)", R"("rc":0,"seen":["A"])", "c.app.seen[0]: must be an object"},
      {R"("rc":0)", R"("rc":0,"seen":[{"id":1}])", "c.app.seen[0].id: must be a string"},
      {R"("rev")", R"("drain":[],"rev")", "drain: must be an object"},
      {R"("rev")", R"("drain":{"mode":"Gate"},"rev")", "drain: since: missing"},
      {R"("rev")", R"("drain":{"mode":"Gate","since":"x"},"rev")", "drain.since: want an RFC"},
      {R"("rev")", R"("drain":{"since":"1970-01-01T00:16:40Z"},"rev")", "drain: mode: want"},
      {R"("rev")", R"("drain":{"since":"1970-01-01T00:16:40Z","mode":"None"},"rev")",
       "drain: mode: want"},
      {R"("rev")", R"("drain":{"since":"1970-01-01T00:16:40Z","mode":"Label:a=b/b"},"rev")",
       "drain: mode: want"},
      {R"("rev")", R"("drain":{"since":"1970-01-01T00:16:40Z","mode":1},"rev")",
       "drain.mode: must be a string"},
      {R"("rc":0}}})", R"("rc":0}}}})", "document"},
      {R"("rc":0}}})", R"("rc":0}})", "want"},
  }));
  std::string text = kText;
  text.replace(text.find(row.what), row.what.size(), row.by);
  CAPTURE(text);
  const Result<PodState> state = ParsePodState(text);
  REQUIRE_FALSE(state.ok());
  CHECK(state.error().kind == ErrorKind::kMalformed);
  const std::string prefix = "windlass.dev/in-place-state: ";
  CHECK(state.error().message.find(prefix) == 0);
  if (row.want != "want") CHECK(state.error().message.find(row.want) == prefix.size());
}

TEST_CASE("P-028 a text that is too long is not even read") {
  const std::string text = kText + std::string(kPodStateBytesMax, ' ');
  CHECK_FALSE(ParsePodState(text).ok());
  CHECK(ParsePodState(text.substr(0, kPodStateBytesMax)).ok());
}

TEST_CASE("P-028 of a container that is named twice the last entry counts (BI-68)") {
  std::string text = kText;
  text.insert(text.find("\"app\""), R"("app":{"from":"x","to":"y","rc":9},)");
  CHECK(ParsePodState(text) == Result<PodState>(State()));
}

TEST_CASE("P-027 P-028 a Pod without the annotation has no state, one with garbage has an error") {
  Pod pod;
  CHECK_FALSE(PodStateOf(pod).has_value());
  pod.meta.annotations = {{"windlass.dev/in-place-state", kText}};
  CHECK(PodStateOf(pod) == Result<PodState>(State()));
  pod.meta.annotations = {{"windlass.dev/in-place-state", ""}};
  REQUIRE(PodStateOf(pod).has_value());
  CHECK_FALSE(PodStateOf(pod)->ok());
}

}  // namespace
}  // namespace windlass::in_place::pod_state_test
