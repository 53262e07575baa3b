// Notes about a rollout in place, on its pending ReplicaSet: P-013, P-062, P-074.
#include "controller/in_place/phases/rollout_mode.h"

#include <string>

#include "controller/workload/annotations/annotations.h"
#include "kubeclient/api/time.h"
#include "test/catch.h"

namespace windlass::in_place::rollout_mode_test {
namespace {

const Uid kHost = *Uid::Parse("8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10");
const std::string kText =
    R"({"rev":"6","mode":"InPlace","reason":"","host":"8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10",)"
    R"("from":"t-00000000000000010000000000000002","g":7})";

RolloutMode InPlace() {
  return {.mode = Mode::kInPlace, .host = kHost, .from = {1, 2}, .generation = 7};
}

ReplicaSet With(std::string_view key, const std::string& value) {
  ReplicaSet rs;
  rs.meta.annotations.Set(key, value);
  return rs;
}

TEST_CASE("P-013 the decision is written as specified, and read again") {
  CHECK(WriteMode(InPlace(), "6") == kText);
  CHECK(ModeOf(With("internal.windlass.dev/mode", kText), "6") == InPlace());
  RolloutMode replace = InPlace();
  replace.mode = Mode::kReplace;
  replace.reason = "FieldChanged:/spec/containers/0/env \"caf\u00e9\"\n";
  const std::string text = WriteMode(replace, "6");
  CHECK(text.find(R"("mode":"Recreate")") != std::string::npos);
  CHECK(ModeOf(With(kMode, text), "6") == replace);
}

TEST_CASE("P-013 the decision is for one revision, that of the ReplicaSet now") {
  const ReplicaSet pending = With(kMode, kText);
  for (const char* revision : {"7", "06", "", "66"}) {
    CAPTURE(revision);
    CHECK_FALSE(ModeOf(pending, revision).has_value());
  }
  CHECK_FALSE(ModeOf(ReplicaSet(), "6").has_value());
  CHECK_FALSE(ModeOf(ReplicaSet(), "").has_value());
}

struct Row {
  std::string what, by;
};

TEST_CASE("P-013 what cannot be understood is no decision") {
  const Row row = GENERATE(values<Row>({
      {kText, ""},
      {kText, "InPlace"},
      {kText, "null"},
      {kText, "[]"},
      {kText, "{}"},
      {R"("rev":"6",)", ""},
      {R"("rev":"6")", R"("rev":6)"},
      {R"("rev":"6")", R"("rev":null)"},
      {R"("rev":"6")", R"("rev":"6","rev":"7")"},
      {R"("mode":"InPlace",)", ""},
      {R"("mode":"InPlace")", R"("mode":"inplace")"},
      {R"("mode":"InPlace")", R"("mode":1)"},
      {R"("reason":"",)", ""},
      {R"("reason":"")", R"("reason":{})"},
      {R"("host":"8d)", R"("host":"xx)"},
      {R"("host":"8d1c3b34-5f0e-4f0a-9d51-1f3c2a7e9b10",)", ""},
      {R"("from":"t-0)", R"("from":"x-0)"},
      {R"("from":"t-0)", R"("from":"t-g)"},
      {R"("from":"t-0)", R"("from":"t-)"},
      {R"("from":"t-0)", R"("from":"t-00)"},
      {R"("g":7)", R"("g":"7")"},
      {R"("g":7)", R"("g":7.5)"},
      {R"("g":7})", R"("g":7}})"},
      {R"("g":7})", R"("g":7)"},
  }));
  std::string text = kText;
  text.replace(text.find(row.what), row.what.size(), row.by);
  CAPTURE(text);
  CHECK_FALSE(ModeOf(With(kMode, text), "6").has_value());
}

TEST_CASE("P-013 what a later version adds is ignored") {
  std::string text = kText;
  text.insert(1, R"("later":{"a":[1]},)");
  CHECK(ModeOf(With(kMode, text), "6") == InPlace());
}

TEST_CASE("P-073 a decision without a generation says none, and is written without") {
  std::string text = kText;
  text.erase(text.find(R"(,"g":7)"), 6);
  RolloutMode mode = InPlace();
  mode.generation = 0;
  CHECK(ModeOf(With(kMode, text), "6") == mode);
  CHECK(WriteMode(mode, "6") == text);
}

struct HostRow {
  std::string id;
  Fingerprint fingerprint;
  int64_t generation;
  std::string own;  // kOwnGeneration; empty: absent
  bool want;
  int64_t noted = 7;  // with the decision
};

TEST_CASE(
    "P-073 a host's template is somebody's doing when both fingerprint and generation say so") {
  constexpr Fingerprint kSame{1, 2};
  constexpr Fingerprint kOther{3, 4};
  const HostRow row = GENERATE_COPY(values<HostRow>({
      {"as decided", kSame, 7, "", false},
      {"another size", kSame, 8, "", false},
      {"new defaults", kOther, 7, "", false},
      {"changed", kOther, 8, "", true},
      {"new defaults after our resize", kOther, 8, "8", false},
      {"changed after our resize", kOther, 9, "8", true},
      {"changed, and our resize is of a rollout before", kOther, 8, "5", true},
      {"ours cannot be read", kOther, 8, "eight", true},
      {"no generation was noted", kOther, 7, "", true, 0},
      {"nor was it, but with our resize", kOther, 8, "8", false, 0},
      {"nobody has a generation", kOther, 0, "0", true, 0},
  }));
  CAPTURE(row.id);

  ReplicaSet host = row.own.empty() ? ReplicaSet() : With(kOwnGeneration, row.own);
  host.template_fingerprint = row.fingerprint;
  host.meta.generation = row.generation;
  RolloutMode mode = InPlace();
  mode.generation = row.noted;
  CHECK(HasForeignTemplate(host, mode) == row.want);
}

TEST_CASE("P-073 a resize notes the generation that it leads to") {
  ReplicaSet host;
  host.meta.generation = 7;
  CHECK(WriteOwnGeneration(host) == "8");
}

TEST_CASE("P-024 stand-ins are counted, and nonsense is none") {
  CHECK(NotedStandIns(ReplicaSet()) == 0);
  for (const auto& [text, count] : {std::pair("2", 2),
                                    {"0", 0},
                                    {"2147483647", 2147483647},
                                    {"2147483648", 0},
                                    {"-1", 0},
                                    {"", 0},
                                    {" 1", 0},
                                    {"+1", 0},
                                    {"1.0", 0},
                                    {"many", 0}}) {
    CAPTURE(text);
    CHECK(NotedStandIns(With("internal.windlass.dev/stand-ins", text)) == count);
  }
}

TEST_CASE("P-062 a block is for one revision") {
  const Block block{.reason = "CrashLoopBackOff in container \"app\""};
  const std::string text = WriteBlock(block, "6");
  CHECK(text == R"({"rev":"6","reason":"CrashLoopBackOff in container \"app\""})");
  const ReplicaSet pending = With("internal.windlass.dev/blocked", text);
  CHECK(BlockOf(pending, "6") == block);
  CHECK_FALSE(BlockOf(pending, "7").has_value());
  CHECK_FALSE(BlockOf(ReplicaSet(), "6").has_value());
  for (const char* bad :
       {"", "6", "{}", R"({"rev":"6"})", R"({"rev":6,"reason":"x"})", R"({"rev":"6","reason":1})",
        R"({"rev":"6","reason":"x")", R"({"rev":"6","reason":"x","used":1})"}) {
    CAPTURE(bad);
    CHECK_FALSE(BlockOf(With(kBlocked, bad), "6").has_value());
  }
}

TEST_CASE("P-062 a block says what became of in-place-unblock") {
  const Block tried{.reason = "x", .tried_since = *ParseTime("2027-01-15T08:00:00Z")};
  CHECK(WriteBlock(tried, "6") == R"({"rev":"6","reason":"x","tried":"2027-01-15T08:00:00Z"})");
  const Block used{.reason = "x", .unblock_used = true};
  CHECK(WriteBlock(used, "6") == R"({"rev":"6","reason":"x","used":true})");
  for (const Block& block : {tried, used}) {
    CHECK(BlockOf(With(kBlocked, WriteBlock(block, "6")), "6") == block);
  }
  const std::string_view no_time = R"({"rev":"6","reason":"x","tried":"soon"})";
  CHECK(BlockOf(With(kBlocked, std::string(no_time)), "6") == Block{.reason = "x"});
}

TEST_CASE("P-074 keys are of users, ours, or of nobody here") {
  const auto [key, user, internal] = GENERATE(table<std::string, bool, bool>({
      {"windlass.dev/in-place", true, false},
      {"windlass.dev/in-place-drain", true, false},
      {"windlass.dev/in-place-a-later-one", true, false},
      {"windlass.dev/in-place-state", false, false},
      {"windlass.dev/in-placement", false, false},
      {"windlass.dev/in-plac", false, false},
      {"windlass.dev/term", false, false},
      {"other.windlass.dev/in-place", false, false},
      {"internal.windlass.dev/mode", false, true},
      {"internal.windlass.dev/a-later-one", false, true},
      {"internal.windlass.dev", false, false},
      {"not-internal.windlass.dev/mode", false, false},
      {"", false, false},
  }));
  CAPTURE(key);
  CHECK(IsUserKey(key) == user);
  CHECK(workload::IsInternal(key) == internal);
}

TEST_CASE("P-074 P-082 user keys become the workload's settings, all others stay") {
  const std::vector<Setting> settings = {{"windlass.dev/in-place", "Only"},
                                         {"windlass.dev/in-place-drain", "Gate"},
                                         {"windlass.dev/in-place-surge", "Never"},
                                         {"windlass.dev/in-place-state", "d"},
                                         {"windlass.dev/in-placebo", "d"}};
  ObjectMeta replica_set;
  replica_set.annotations = {
      {"windlass.dev/in-place", "IfPossible"},  {"windlass.dev/in-place-pdb", "Ignore"},
      {"windlass.dev/in-place-surge", "Never"}, {"windlass.dev/in-place-state", "r"},
      {"internal.windlass.dev/mode", "r"},      {"note", "r"}};
  CHECK(MirrorDifference(settings, replica_set) ==
        TextChanges{{"windlass.dev/in-place", "Only"},
                    {"windlass.dev/in-place-drain", "Gate"},
                    {"windlass.dev/in-place-pdb", std::nullopt}});
  CHECK(MirrorDifference(settings, ObjectMeta()).size() == 3);
  ObjectMeta has_all;
  has_all.annotations = {{"windlass.dev/in-place", "Only"},
                         {"windlass.dev/in-place-drain", "Gate"},
                         {"windlass.dev/in-place-surge", "Never"}};
  CHECK(MirrorDifference(settings, has_all).empty());
  CHECK(MirrorDifference({}, replica_set) ==
        TextChanges{{"windlass.dev/in-place", std::nullopt},
                    {"windlass.dev/in-place-pdb", std::nullopt},
                    {"windlass.dev/in-place-surge", std::nullopt}});
}

}  // namespace
}  // namespace windlass::in_place::rollout_mode_test
