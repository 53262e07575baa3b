// The truth table of P-045: what the kubelet has seen, which container runs, which image it
// has, when it started.
#include "controller/in_place/pod/completion.h"
#include "test/catch.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::completion_table_test {
namespace {

using namespace test;

enum class Og { kNone, kBelow, kReached };         // observedGeneration
enum class Id { kSame, kFresh, kSeen };            // kSeen: back to the image that it runs
enum class Image { kSame, kOther };                // imageID
enum class Started { kBefore, kAfter, kSkewed };   // kSkewed: within the clock skew
enum class Want { kNo, kDone, kAt1040, kAt1060 };  // kAt: then, if nothing changes before

struct Row {
  std::string rules;
  Og og;
  Id id;
  Image image;
  Started started;
  Want want;
};

Pod PodOf(const Row& row) {
  const bool back = row.id == Id::kSeen;
  const WallTime started_at{row.started == Started::kBefore  ? 900
                            : row.started == Started::kAfter ? 1010
                                                             : 1003};
  Pod pod = PodWith({Running("app", back ? "r/app:1" : "r/app:2", row.id == Id::kFresh ? 'B' : 'A',
                             row.image == Image::kSame ? "I1" : "I2", started_at)});
  pod.observed_generation = row.og == Og::kNone ? 0 : row.og == Og::kBelow ? 3 : 4;
  return pod;
}

PodState StateOf(const Row& row) {
  if (row.id != Id::kSeen) return StateWith({AppPatch()});
  ContainerPatch back = AppPatch();
  back.from = "r/app:2";
  back.to = "r/app:1";
  back.seen = {{IdText('A'), "r/app:1"}};
  return StateWith({back});
}

TEST_CASE("a patched container is complete when its evidence says so (P-045, P-047, P-048)") {
  const Row row = GENERATE(values<Row>({
      {"P-047", Og::kNone, Id::kSame, Image::kSame, Started::kBefore, Want::kNo},
      {"P-047", Og::kNone, Id::kSame, Image::kSame, Started::kAfter, Want::kNo},
      {"P-047", Og::kNone, Id::kSame, Image::kSame, Started::kSkewed, Want::kNo},
      {"P-047", Og::kNone, Id::kSame, Image::kOther, Started::kBefore, Want::kNo},
      {"P-047", Og::kNone, Id::kSame, Image::kOther, Started::kAfter, Want::kNo},
      {"P-047", Og::kNone, Id::kSame, Image::kOther, Started::kSkewed, Want::kNo},
      {"P-047", Og::kNone, Id::kFresh, Image::kSame, Started::kBefore, Want::kAt1040},
      {"P-047", Og::kNone, Id::kFresh, Image::kSame, Started::kAfter, Want::kDone},
      {"P-047", Og::kNone, Id::kFresh, Image::kSame, Started::kSkewed, Want::kAt1040},
      {"P-047", Og::kNone, Id::kFresh, Image::kOther, Started::kBefore, Want::kDone},
      {"P-047", Og::kNone, Id::kFresh, Image::kOther, Started::kAfter, Want::kDone},
      {"P-047", Og::kNone, Id::kFresh, Image::kOther, Started::kSkewed, Want::kDone},
      {"P-048", Og::kNone, Id::kSeen, Image::kSame, Started::kBefore, Want::kAt1060},
      {"P-048", Og::kNone, Id::kSeen, Image::kSame, Started::kAfter, Want::kAt1060},
      {"P-048", Og::kNone, Id::kSeen, Image::kSame, Started::kSkewed, Want::kAt1060},
      {"P-048", Og::kNone, Id::kSeen, Image::kOther, Started::kBefore, Want::kAt1060},
      {"P-048", Og::kNone, Id::kSeen, Image::kOther, Started::kAfter, Want::kAt1060},
      {"P-048", Og::kNone, Id::kSeen, Image::kOther, Started::kSkewed, Want::kAt1060},
      {"P-045 P-047", Og::kBelow, Id::kSame, Image::kSame, Started::kBefore, Want::kNo},
      {"P-045 P-047", Og::kBelow, Id::kSame, Image::kSame, Started::kAfter, Want::kNo},
      {"P-045 P-047", Og::kBelow, Id::kSame, Image::kSame, Started::kSkewed, Want::kNo},
      {"P-045 P-047", Og::kBelow, Id::kSame, Image::kOther, Started::kBefore, Want::kNo},
      {"P-045 P-047", Og::kBelow, Id::kSame, Image::kOther, Started::kAfter, Want::kNo},
      {"P-045 P-047", Og::kBelow, Id::kSame, Image::kOther, Started::kSkewed, Want::kNo},
      {"P-045 P-047", Og::kBelow, Id::kFresh, Image::kSame, Started::kBefore, Want::kNo},
      {"P-045 P-047", Og::kBelow, Id::kFresh, Image::kSame, Started::kAfter, Want::kNo},
      {"P-045 P-047", Og::kBelow, Id::kFresh, Image::kSame, Started::kSkewed, Want::kNo},
      {"P-045 P-047", Og::kBelow, Id::kFresh, Image::kOther, Started::kBefore, Want::kNo},
      {"P-045 P-047", Og::kBelow, Id::kFresh, Image::kOther, Started::kAfter, Want::kNo},
      {"P-045 P-047", Og::kBelow, Id::kFresh, Image::kOther, Started::kSkewed, Want::kNo},
      {"P-045 P-048", Og::kBelow, Id::kSeen, Image::kSame, Started::kBefore, Want::kNo},
      {"P-045 P-048", Og::kBelow, Id::kSeen, Image::kSame, Started::kAfter, Want::kNo},
      {"P-045 P-048", Og::kBelow, Id::kSeen, Image::kSame, Started::kSkewed, Want::kNo},
      {"P-045 P-048", Og::kBelow, Id::kSeen, Image::kOther, Started::kBefore, Want::kNo},
      {"P-045 P-048", Og::kBelow, Id::kSeen, Image::kOther, Started::kAfter, Want::kNo},
      {"P-045 P-048", Og::kBelow, Id::kSeen, Image::kOther, Started::kSkewed, Want::kNo},
      {"P-045 P-047", Og::kReached, Id::kSame, Image::kSame, Started::kBefore, Want::kNo},
      {"P-045 P-047", Og::kReached, Id::kSame, Image::kSame, Started::kAfter, Want::kNo},
      {"P-045 P-047", Og::kReached, Id::kSame, Image::kSame, Started::kSkewed, Want::kNo},
      {"P-045 P-047", Og::kReached, Id::kSame, Image::kOther, Started::kBefore, Want::kNo},
      {"P-045 P-047", Og::kReached, Id::kSame, Image::kOther, Started::kAfter, Want::kNo},
      {"P-045 P-047", Og::kReached, Id::kSame, Image::kOther, Started::kSkewed, Want::kNo},
      {"P-045 P-047", Og::kReached, Id::kFresh, Image::kSame, Started::kBefore, Want::kAt1040},
      {"P-045 P-047", Og::kReached, Id::kFresh, Image::kSame, Started::kAfter, Want::kDone},
      {"P-045 P-047", Og::kReached, Id::kFresh, Image::kSame, Started::kSkewed, Want::kAt1040},
      {"P-045 P-047", Og::kReached, Id::kFresh, Image::kOther, Started::kBefore, Want::kDone},
      {"P-045 P-047", Og::kReached, Id::kFresh, Image::kOther, Started::kAfter, Want::kDone},
      {"P-045 P-047", Og::kReached, Id::kFresh, Image::kOther, Started::kSkewed, Want::kDone},
      {"P-045 P-048", Og::kReached, Id::kSeen, Image::kSame, Started::kBefore, Want::kDone},
      {"P-045 P-048", Og::kReached, Id::kSeen, Image::kSame, Started::kAfter, Want::kDone},
      {"P-045 P-048", Og::kReached, Id::kSeen, Image::kSame, Started::kSkewed, Want::kDone},
      {"P-045 P-048", Og::kReached, Id::kSeen, Image::kOther, Started::kBefore, Want::kDone},
      {"P-045 P-048", Og::kReached, Id::kSeen, Image::kOther, Started::kAfter, Want::kDone},
      {"P-045 P-048", Og::kReached, Id::kSeen, Image::kOther, Started::kSkewed, Want::kDone},
  }));
  CAPTURE(row.rules, static_cast<int>(row.og), static_cast<int>(row.id),
          static_cast<int>(row.image), static_cast<int>(row.started));

  const Pod pod = PodOf(row);
  const PodState state = StateOf(row);
  const Completion now = CompletionOf(pod, state, WallTime{1020});
  CHECK(now.complete == (row.want == Want::kDone));
  if (row.want == Want::kNo || row.want == Want::kDone) {
    CHECK_FALSE(now.look_again.has_value());
    return;
  }
  const WallTime then{row.want == Want::kAt1040 ? 1040 : 1060};
  CHECK(now.look_again == then);
  CHECK_FALSE(CompletionOf(pod, state, then + seconds(-1)).complete);
  CHECK(CompletionOf(pod, state, then) == Completion{.complete = true});
}

TEST_CASE("P-045 P-047 a container that stays the same never completes by waiting") {
  const Row row{"", Og::kReached, Id::kSame, Image::kSame, Started::kBefore, Want::kNo};
  CHECK(CompletionOf(PodOf(row), StateOf(row), WallTime{1'000'000}) == Completion{});
}

}  // namespace
}  // namespace windlass::in_place::completion_table_test
