// Which pauses count as left, and what a list of steps holds back.
#include "test/sim/pause_record.h"

#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"

namespace windlass::sim::pause_record_test {
namespace {

constexpr const char* kTwoPauses = R"([{"setUpdated": 2}, {"pause": {}}, {"setUpdated": 5},
                                       {"pause": {}}])";
constexpr const char* kTimed = R"([{"setUpdated": 2}, {"pause": {"duration": "1m"}}])";

// A Rollout with 10 replicas whose template has revision 2. All Pods that a step asks for are
// there.
struct Course {
  explicit Course(const char* steps) {
    facts.asked = true;
    facts.desired = 10;
    facts.size = facts.available = facts.for_sure = facts.at_present = 10;
    facts.led = true;
    facts.promotions = &promotions;
    facts.revisions = &revisions;
    Edit(steps);
    Wait(seconds(10));
  }
  void See() {
    record.See(facts, before);
    before = facts.available;
  }
  void Wait(Duration duration) {
    facts.now = facts.now + duration;
    See();
  }
  void Edit(const char* steps) {
    facts.steps = Json::parse(steps);
    See();
  }
  void Promote(const char* value) {
    if (const auto promotion = PromotionIn(value, facts.now)) promotions.push_back(*promotion);
    See();
  }
  void Available(int pods) {
    facts.available = facts.for_sure = facts.at_present = pods;
    See();
  }
  size_t Ahead() const { return record.Ahead().value_or(0); }

  std::vector<Promotion> promotions;
  std::set<int64_t> revisions{2};
  PauseRecord::Facts facts;
  PauseRecord record;
  int64_t before = 0;
};

TEST_CASE("a pause is left by a promotion of it and of the template's revision") {
  struct Row {
    const char* value;
    size_t ahead;  // 0: no pause
  };
  const Row row = GENERATE(values<Row>({{"2@2", 4},
                                        {"full@2", 0},
                                        {"2@2/force", 4},
                                        {"full@2/force", 0},
                                        {"4@2", 2},
                                        {"1@2", 2},
                                        {"2@1", 2},
                                        {"2@2/", 2},
                                        {"2", 2},
                                        {"@2", 2},
                                        {"yes", 2},
                                        {"", 2}}));
  CAPTURE(row.value);
  Course course(kTwoPauses);
  course.Promote(row.value);
  CHECK(course.Ahead() == row.ahead);
}

TEST_CASE("a promotion waits for the step's Pods, unless it is forced") {
  Course course(kTwoPauses);
  course.Available(1);
  course.Promote("2@2");
  CHECK(course.Ahead() == 2);
  course.Available(2);
  CHECK(course.Ahead() == 4);
  course.Promote("4@2");
  CHECK(course.Ahead() == 4);
  course.Promote("4@2/force");
  CHECK(course.Ahead() == 0);
}

TEST_CASE("a promotion of all steps waits for the Pods of the pause that is ahead alone") {
  Course course(kTwoPauses);
  course.Available(1);
  course.Promote("full@2");
  CHECK(course.Ahead() == 2);
  course.Available(2);  // fewer than the second pause has
  CHECK(course.Ahead() == 0);
}

TEST_CASE("before its pause is reached, a promotion of all steps waits for no Pods") {
  Course course(kTwoPauses);
  course.Available(3);
  course.Promote("2@2");
  CHECK(course.Ahead() == 4);
  const bool reached = GENERATE(false, true);
  if (reached) course.Available(5);
  course.Available(4);
  course.Promote("full@2");
  CHECK(course.Ahead() == (reached ? 4 : 0));
}

TEST_CASE("a list that is shortened as a pause ends by its time holds nothing for sure") {
  Course course(R"([{"setUpdated": 2}, {"pause": {"duration": "1m"}}, {"setUpdated": 5},
                    {"pause": {}}])");
  course.Wait(seconds(46));
  CHECK(course.Ahead() == 4);  // or still 2
  const bool late = GENERATE(false, true);
  if (late) course.Wait(seconds(60));
  course.Edit(R"([{"setUpdated": 2}, {"pause": {"duration": "20s"}}, {"setUpdated": 5}])");
  CHECK(course.Ahead() == (late ? 2 : 0));
}

TEST_CASE("a list that is shortened between two pauses does not end for sure before the step") {
  Course course(R"([{"setUpdated": 2}, {"pause": {}}, {"setUpdated": 5}, {"pause": {}}])");
  course.Promote("2@2");
  const bool is_there = GENERATE(false, true);
  course.Available(is_there ? 5 : 4);
  course.Wait(seconds(60));
  CHECK(course.Ahead() == 4);
  course.Edit(R"([{"setUpdated": 2}, {"pause": {}}, {"setUpdated": 5}])");
  CHECK(course.Ahead() == (is_there ? 2 : 0));
}

TEST_CASE("the duration of a pause counts while the step's Pods are available") {
  Course course(kTimed);
  course.Wait(seconds(20));
  CHECK(course.Ahead() == 2);
  course.Available(1);
  course.Wait(seconds(60));
  CHECK(course.Ahead() == 2);
  course.Available(2);
  course.Wait(seconds(40));
  CHECK(course.Ahead() == 2);
  course.Wait(seconds(20));
  CHECK(course.Ahead() == 0);
}

// Nobody can know that they were gone.
TEST_CASE("Pods that are lost and come back while no controller does anything end no time") {
  const bool notices = GENERATE(false, true);
  Course course(kTimed);
  course.Wait(seconds(20));
  course.facts.led = notices;
  course.Available(1);
  course.Wait(seconds(10));
  course.Available(2);
  course.facts.led = true;
  course.Wait(seconds(10));
  CHECK(course.Ahead() == 2);
  course.Wait(seconds(10));
  CHECK(course.Ahead() == (notices ? 2 : 0));
}

TEST_CASE("another template ends the time of a pause if a controller does something about it") {
  const bool follows = GENERATE(false, true);
  Course course(kTimed);
  course.Wait(seconds(10));
  course.facts.asked = false;
  course.facts.followed = follows;
  course.Wait(seconds(6));
  course.facts.followed = false;
  course.Wait(seconds(10));
  course.facts.asked = true;
  course.Wait(seconds(10));
  CHECK(course.Ahead() == 2);
  course.Wait(seconds(20));
  CHECK(course.Ahead() == (follows ? 2 : 0));
}

TEST_CASE("a pause counts from the fewest Pods that its steps may have asked for") {
  Course course(R"([{"pause": {}}, {"setUpdated": 2}, {"pause": {"duration": "1m"}},
                    {"pause": {}}])");
  course.facts.desired = 6;
  course.Available(2);
  course.Promote("1@2");
  course.Wait(seconds(4));
  // The step began at 6 replicas for the controller, which keeps one of two Pods for the old
  // revision, or it begins now with both.
  course.facts.desired = 2;
  course.Available(1);
  course.Wait(seconds(60));
  CHECK(course.Ahead() == 4);
}

TEST_CASE("no time counts before the pause, nor while another template is requested") {
  Course course(R"([{"pause": {}}, {"pause": {"duration": "1m"}}])");
  course.Wait(seconds(300));
  course.Promote("1@2");
  CHECK(course.Ahead() == 2);
  course.facts.asked = false;
  course.Wait(seconds(10));
  course.Wait(seconds(300));
  course.facts.asked = true;
  course.Wait(seconds(10));
  CHECK(course.Ahead() == 2);
  course.Wait(seconds(60));
  CHECK(course.Ahead() == 0);
}

TEST_CASE("editing the list of steps leaves, keeps or restores a pause") {
  struct Row {
    const char* steps;
    size_t ahead;
  };
  // The first pause is left, and the second one, step 4, is ahead.
  const Row row = GENERATE(values<Row>({
      {"[]", 0},
      {R"([{"setUpdated": 2}])", 0},
      {R"([{"setUpdated": 2}, {"pause": {}}])", 2},
      {R"([{"setUpdated": 2}, {"pause": {}}, {"setUpdated": 5}])", 2},
      {R"([{"setUpdated": 2}, {"pause": {}}, {"setUpdated": 5}, {"setUpdated": 6}])", 0},
      {R"([{"setUpdated": 1}, {"setUpdated": 2}, {"setUpdated": 3}, {"pause": {}}])", 4},
      {R"([{"pause": {}}, {"pause": {}}, {"pause": {}}, {"setUpdated": 5}, {"pause": {}}])", 5},
  }));
  CAPTURE(row.steps);
  Course course(kTwoPauses);
  course.Promote("2@2");
  course.Wait(seconds(1));
  course.Wait(seconds(60));
  course.Edit(row.steps);
  CHECK(course.Ahead() == row.ahead);
}

TEST_CASE("past the end of a shorter list, only a new promotion of its last pause counts") {
  Course course(kTwoPauses);
  course.Promote("2@2");
  const bool just_before = GENERATE(false, true);
  course.Wait(seconds(just_before ? 1 : 10));
  course.Edit(R"([{"setUpdated": 2}, {"pause": {}}])");
  course.Wait(seconds(1));
  // The controller may not have seen the promotion before the edit.
  CHECK(course.Ahead() == (just_before ? 0 : 2));
  SECTION("of the pause") { course.Promote("2@2"); }
  SECTION("of the step that was reached") { course.Promote("4@2"); }
  SECTION("of all") { course.Promote("full@2"); }
  CHECK(course.Ahead() == 0);
}

TEST_CASE("steps hold back what the pause ahead leaves, at every size") {
  struct Row {
    const char* steps;
    int64_t desired;
    int64_t kept;
  };
  const Row row = GENERATE(values<Row>({
      {kTwoPauses, 10, 8},
      {kTwoPauses, 20, 18},
      {kTwoPauses, 3, 1},
      {kTwoPauses, 2, 1},  // the step began at 10
      {kTwoPauses, 1, 0},
      {kTwoPauses, 0, 0},
      {R"([{"pause": {}}])", 2, 2},
      {R"([{"pause": {}}])", 1, 1},
      {R"([{"setUpdated": "50%"}, {"pause": {}}])", 1, 1},
      {R"([{"setUpdated": "99%"}, {"pause": {}}])", 3, 1},
      {R"([{"setUpdated": "100%"}, {"pause": {}}])", 10, 0},
      {R"([{"setUpdated": 12}, {"pause": {}}])", 12, 0},
      {R"([{"setUpdated": 12}, {"pause": {}}])", 20, 8},
      {R"([{"setUpdated": 2}])", 10, 0},
  }));
  CAPTURE(row.steps, row.desired);
  CHECK(Course(row.steps).record.LeastKept(row.desired) == row.kept);
}

TEST_CASE("a step that began at a small size may ask for all of them") {
  Course course(R"([{"pause": {}}, {"setUpdated": 2}, {"pause": {}}])");
  course.facts.desired = 2;
  course.Wait(seconds(10));
  course.Promote("1@2");
  course.Wait(seconds(10));
  CHECK(course.record.LeastKept(2) == 0);
  CHECK(course.record.LeastKept(3) == 1);
}

TEST_CASE("a template that is asked for again begins anew, at the size that there is then") {
  Course course(R"([{"setUpdated": 2}, {"pause": {}}])");
  course.Wait(seconds(10));
  course.facts.desired = 2;
  course.Wait(seconds(10));
  CHECK(course.record.LeastKept(2) == 1);
  course.facts.asked = false;
  course.Wait(seconds(10));
  CHECK(course.record.LeastKept(2) == 1);
  course.facts.asked = true;
  course.Wait(seconds(10));
  CHECK(course.record.LeastKept(2) == 0);
}

TEST_CASE("a partition holds back its share, and a percentage below 100 not all") {
  struct Row {
    Json partition;
    int64_t desired;
    int64_t kept;
  };
  const Row row = GENERATE(values<Row>({{3, 10, 3},
                                        {30, 10, 10},
                                        {"25%", 10, 3},
                                        {"99%", 3, 2},
                                        {"50%", 1, 0},
                                        {"100%", 3, 3},
                                        {1, 1, 1},
                                        {3, 0, 0}}));
  CAPTURE(row.partition, row.desired);
  CHECK(KeptBy(Hold{.partition = row.partition}, row.desired) == row.kept);
}

TEST_CASE("what was allowed once stays allowed") {
  Course course(R"([{"setUpdated": "50%"}, {"pause": {}}])");
  CHECK(course.record.LeastKept(10) == 5);
  course.Edit(R"([{"setUpdated": "20%"}, {"pause": {}}])");
  CHECK(course.record.LeastKept(10) == 5);
}

TEST_CASE("durations are hours, minutes and seconds") {
  CHECK(PauseDuration("1h30m") == seconds(5400));
  CHECK(PauseDuration("20s") == seconds(20));
  CHECK(PauseDuration("20") == std::nullopt);
  CHECK(PauseDuration("s") == std::nullopt);
}

}  // namespace
}  // namespace windlass::sim::pause_record_test
