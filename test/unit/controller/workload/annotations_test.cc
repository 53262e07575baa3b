#include "controller/workload/annotations/annotations.h"

#include <optional>
#include <string>

#include "controller/workload/requests/replica_set_requests.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload::annotations_test {
namespace {

using Json = nlohmann::json;

struct HistoryRow {
  std::string id;
  std::string history;
  std::string old_revision;
  size_t limit;
  std::string want;
};

TEST_CASE("the revision history drops its oldest entries to stay within the limit") {
  const HistoryRow row = GENERATE(values<HistoryRow>({
      {"X-12", "", "1", 2000, "1"},
      {"X-13", "1", "3", 2000, "1,3"},
      {"X-14 UT-20", "10,11", "12", 5, "11,12"},
      {"X-15 UT-20", "1,2,3", "100", 5, "3,100"},
      {"X-16", "9", "123456", 5, "9"},
      {"exactly the limit", "1", "3", 3, "1,3"},
      {"only the new entry fits", "9", "1234", 5, "1234"},
      {"a history that is no list of numbers", "abc", "4", 2000, "abc,4"},
  }));
  CAPTURE(row.id);
  CHECK(AppendToHistory(row.history, row.old_revision, row.limit) == row.want);
  Proves(row.id);
}

TEST_CASE("a desired-replicas annotation is a plain number or says nothing (UT-19, BI-43)") {
  struct Row {
    std::string text;
    std::optional<int32_t> want;
  };
  const Row row = GENERATE(values<Row>({
      {"0", 0},
      {"13", 13},
      {"2147483647", 2147483647},
      {"", std::nullopt},
      {"invalid", std::nullopt},
      {"-1", std::nullopt},
      {"2147483648", std::nullopt},
      {"4294967296", std::nullopt},
      {"1e3", std::nullopt},
      {"12 ", std::nullopt},
  }));
  CAPTURE(row.text);
  ReplicaSet rs;
  rs.meta.annotations.Set(kDesiredReplicas, row.text);
  CHECK(DesiredReplicas(rs) == row.want);
  Proves("D-352 UT-19");
}

TEST_CASE("a missing desired-replicas annotation says nothing (D-109)") {
  CHECK(DesiredReplicas(ReplicaSet{}) == std::nullopt);
  Proves("D-109");
}

TEST_CASE("a revision is a 64-bit number; a missing one counts 0 (D-160, BI-41)") {
  CHECK(ParseRevision("3546343826724305832") == 3546343826724305832);
  CHECK(ParseRevision("9223372036854775807") == 9223372036854775807);
  CHECK(ParseRevision("007") == 7);
  const std::string garbage = GENERATE("", "abc", "1e3", " 7", "7 ", "9223372036854775808");
  CAPTURE(garbage);
  CHECK(ParseRevision(garbage) == std::nullopt);

  ObjectMeta meta;
  CHECK(RevisionOf(meta) == 0);
  meta.annotations.Set(kRevision, garbage);
  CHECK(RevisionOf(meta) == std::nullopt);
  Proves("D-160 B-20");
}

TEST_CASE("the annotations of the rollout itself are not copied (D-163, RO-054)") {
  const std::string_view key = GENERATE(kRevision, kRevisionHistory, kDesiredReplicas, kMaxReplicas,
                                        kRollbackTo, kLastApplied, kRequestedTemplate, kPromote);
  CAPTURE(std::string(key));
  CHECK_FALSE(IsCopied(key));
  CHECK(IsCopied("kubernetes.io/change-cause"));
  Proves("D-163 RO-054");
}

struct GarbageRow {
  std::string id;
  std::string key;
  std::string value;
};

TEST_CASE("whatever stands in our annotations, a rollout arrives") {
  const GarbageRow row = GENERATE(values<GarbageRow>({
      {"D-160 revision, a word", std::string(kRevision), "abc"},
      {"D-160 revision, too large", std::string(kRevision), "9223372036854775808"},
      {"D-160 revision, the largest", std::string(kRevision), "9223372036854775807"},
      {"D-160 revision, empty", std::string(kRevision), ""},
      {"D-160 revision, negative", std::string(kRevision), "-5"},
      {"D-164 history", std::string(kRevisionHistory), ",,,,"},
      {"D-352 desired, a word", std::string(kDesiredReplicas), "invalid"},
      {"D-352 desired, too large", std::string(kDesiredReplicas), "2147483648"},
      {"D-352 desired, negative", std::string(kDesiredReplicas), "-1"},
      {"D-352 desired, empty", std::string(kDesiredReplicas), ""},
      {"D-357 max, a word", std::string(kMaxReplicas), "many"},
  }));
  CAPTURE(row.id);
  CompletedCluster cluster(4);
  cluster.EditReplicaSet(cluster.NameOf("v1"),
                         [&](Json& rs) { rs["metadata"]["annotations"][row.key] = row.value; });
  cluster.RollOut("v2");
  CHECK(cluster.SizeOf("v2") == 4);
  CHECK(cluster.SizeOf("v1") == 0);
  CHECK(cluster.RevisionOf("v2") == cluster.revision());
  Proves(row.id);
}

// Whom this serves: who scales both objects while a script annotates the Deployment. Each patch of
// the ReplicaSet copied one annotation, until Windlass sent no more in this sync. It then took the
// size annotations for ones that the API server does not keep.
TEST_CASE("the size is noted however many annotations were copied before it (D-352)") {
  CompletedCluster cluster(4);
  const std::string rs = cluster.NameOf("v1");
  const auto note = [&](int number) {
    cluster.Edit([&](Json& deployment) {
      deployment["metadata"]["annotations"]["example.com/note"] = std::to_string(number);
    });
  };
  int patches = 0;
  cluster.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.verb() == Verb::kPatch && request.key().name == rs) {
      if (++patches < kPatchesOfOneReplicaSet) note(patches);
      if (patches == kPatchesOfOneReplicaSet) cluster.Scale(5);
    }
    return std::nullopt;
  };
  cluster.update_webhook = [&](const Json&, Json& patched) {
    if (patches == kPatchesOfOneReplicaSet) patched["spec"]["replicas"] = 5;
  };
  note(0);
  cluster.Sync();
  REQUIRE(patches > kPatchesOfOneReplicaSet);
  CHECK(cluster.ReplicaSet("v1")["metadata"]["annotations"][std::string(kDesiredReplicas)] == "5");
  Proves("D-352");
}

}  // namespace
}  // namespace windlass::workload::annotations_test
