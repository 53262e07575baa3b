// The golden sequences of kubectl 1.17, row by row, as the planner plays them against an API server
// and a replication controller. The words of a sequence:
//
//   U3      the controller that is scaled up gets 3 replicas
//   D7      the controller that is scaled down keeps 7
//   -       nothing is scaled
//   D9(1)   1 Pod of the one that is scaled up is available then; without brackets all of them are
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/replication_controller/updates.h"
#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller::golden_test {
namespace {

struct Row {
  std::string name;
  int32_t down;  // spec.replicas at the beginning
  int32_t up;
  int32_t desired;
  json max_unavailable;
  json max_surge;
  int32_t keep;  // as the header line tells them
  int32_t exceed;
  std::string sequence;
  int32_t down_ready = -1;  // ready Pods of the one that is scaled down; -1: all
  bool rollback = false;

  // The new one is made by the update, as in upstream's rows. Of the rows that have or want no Pods
  // of it upstream's begin with one that exists; so do those that go on with sizes which it has.
  bool creates() const { return up == 0 && desired > 0 && !rollback; }
};

// The file of the new controller.
json FileOf(int32_t replicas) {
  json file = kFile;
  const json labels = {{"app", "web"}, {"v", "2"}};
  file["spec"]["replicas"] = replicas;
  file["spec"]["selector"] = labels;
  file["spec"]["template"]["metadata"]["labels"] = labels;
  return file;
}

// "D9(1)": "D", 9, 1
struct Word {
  char kind;
  int32_t size = 0;
  std::optional<int32_t> available{};
};
std::vector<Word> WordsOf(const std::string& sequence) {
  std::vector<Word> words;
  std::istringstream texts(sequence);
  for (std::string text; texts >> text;) {
    Word& word = words.emplace_back(Word{.kind = text[0]});
    if (word.kind != '-') word.size = std::stoi(text.substr(1));
    const size_t bracket = text.find('(');
    if (bracket != text.npos) word.available = std::stoi(text.substr(bracket + 1));
  }
  return words;
}

int32_t SizeOf(World& world, const std::string& name) {
  return world.Controller(name)["spec"]["replicas"];
}

void LetAllSettle(World& world) {
  while (world.Settle()) {
  }
}

// A row in a world. "web-2" replaces "web"; in a rollback "web" is the one that is scaled up.
class Play {
 public:
  explicit Play(const Row& row)
      : row_(row), up_(row.rollback ? "web" : "web-2"), down_(row.rollback ? "web-2" : "web") {
    world_.AddController("web", row.rollback ? row.up : row.down, {{"app", "web"}, {"v", "1"}});
    json spec = {{"newName", "web-2"},
                 {"rollback", row.rollback},
                 {"updatePeriod", "0s"},
                 {"maxUnavailable", row.max_unavailable},
                 {"maxSurge", row.max_surge}};
    if (row.creates()) {
      spec["controller"] = FileOf(row.desired);
    } else {
      world_.AddController("web-2", row.rollback ? row.down : row.up, {{"app", "web"}, {"v", "2"}});
      Annotate("web-2", "update-source-id",
               "web:" + world_.Controller("web")["metadata"]["uid"].get<std::string>());
      Annotate("web-2", "desired-replicas", std::to_string(row.desired));
    }
    if (row.rollback) Annotate("web", "original-replicas", std::to_string(row.desired));
    world_.pods_get_ready = false;
    BreakPods();
    LetAllSettle(world_);
    world_.AddUpdate("web", spec);
    world_.after_write = [this] { NoteSizes(); };
    sizes_ = {{up_, row.up}, {down_, row.down}};
  }

  // Plays a sync for each word, and compares what it scales and says with the word; then the end.
  void Check() {
    std::vector<std::string> want = FirstLines();
    if (row_.sequence.empty() || row_.creates()) world_.Sync();
    for (const Word& word : WordsOf(row_.sequence)) {
      CAPTURE(word.kind, word.size);
      LetAllSettle(world_);
      if (word.kind != 'U') HaveAvailable(word.available.value_or(SizeOf(world_, up_)));
      scalings_.clear();
      world_.Sync();
      std::vector<std::pair<std::string, int32_t>> scalings;
      if (word.kind != '-') {
        const std::string& name = word.kind == 'U' ? up_ : down_;
        scalings.emplace_back(name, word.size);
        want.push_back("Scaling " + name + (word.kind == 'U' ? " up to " : " down to ") +
                       std::to_string(word.size));
      }
      CHECK(scalings_ == scalings);
      CHECK(world_.lines() == want);
    }
    scalings_.clear();
    world_.Run();
    CHECK(scalings_.empty());
    want.push_back("Update succeeded. Deleting " + down_);
    want.push_back("replicationcontroller/" + up_ + " rolling updated" +
                   (row_.rollback ? "" : " to \"" + up_ + "\""));
    CHECK(world_.lines() == want);
    CHECK(world_.phase() == (row_.rollback ? "RolledBack" : "Succeeded"));
    CHECK_FALSE(world_.Has(down_));
    CHECK(SizeOf(world_, up_) == row_.desired);
  }

 private:
  void Annotate(const std::string& name, const std::string& key, const std::string& value) {
    world_.Controller(name)["metadata"]["annotations"]["kubectl.kubernetes.io/" + key] = value;
  }

  void BreakPods() {
    if (row_.down_ready < 0) return;
    const auto owned = world_.PodsOf(down_);
    int32_t ready = 0;
    for (auto& [name, pod] : world_.pods()) {
      if (owned.contains(pod["metadata"]["uid"]) && ready++ >= row_.down_ready) pod.erase("status");
    }
  }

  // Makes so many Pods ready of the controller that is scaled up. None gets unready again.
  void HaveAvailable(int32_t available) {
    const int32_t ready = world_.Controller(up_)["status"]["readyReplicas"];
    REQUIRE(ready <= available);
    world_.MakeReady(up_, available - ready);
    LetAllSettle(world_);
    REQUIRE(world_.Controller(up_)["status"]["readyReplicas"] == available);
  }

  // Each write of a size, in order.
  void NoteSizes() {
    for (auto& [name, size] : sizes_) {
      if (!world_.Has(name) || SizeOf(world_, name) == size) continue;
      size = SizeOf(world_, name);
      scalings_.emplace_back(name, size);
    }
  }

  std::vector<std::string> FirstLines() const {
    std::vector<std::string> lines;
    const std::string desired = std::to_string(row_.desired);
    if (row_.rollback) lines.push_back("Setting \"" + up_ + "\" replicas to " + desired);
    lines.push_back(row_.creates() ? "Created " + up_
                                   : "Continuing update with existing controller " + up_ + ".");
    lines.push_back("Scaling up " + up_ + " from " + std::to_string(row_.up) + " to " + desired +
                    ", scaling down " + down_ + " from " + std::to_string(row_.down) +
                    " to 0 (keep " + std::to_string(row_.keep) + " pods available, don't exceed " +
                    std::to_string(row_.exceed) + " pods)");
    return lines;
  }

  const Row& row_;
  std::string up_;
  std::string down_;
  World world_;
  std::map<std::string, int32_t> sizes_;
  std::vector<std::pair<std::string, int32_t>> scalings_;
};

TEST_CASE("the sequences of kubectl 1.17, scaling by scaling and line by line") {
  const Row row = GENERATE(values<Row>({
      {"10->10 30%/0", 10, 0, 10, "30%", "0%", 7, 10, "D7 U3 D4 U6 D1 U9 D0 U10"},
      {"10->10 30%/0, slow", 10, 0, 10, "30%", "0%", 7, 10,
       "D7 U3 -(0) D6(1) U4 D3(4) U7 D0(7) U10"},
      {"10->10 30%/0, continued at 7/3", 7, 3, 10, "30%", "0%", 7, 10, "D4 U6 D1 U9 D0 U10"},
      {"10->10 30%/0, continued at 7/0", 7, 0, 10, "30%", "0%", 7, 10, "U3 D4 U6 D1 U9 D0 U10"},
      {"10->10 0/30%", 10, 0, 10, "0%", "30%", 10, 13, "U3 D7 U6 D4 U9 D1 U10 D0"},
      {"10->10 0/30%, slow", 10, 0, 10, "0%", "30%", 10, 13,
       "U3 -(0) D9(1) U4 D7(3) U6 D4(6) U9 D1(9) U10 -(9) D0(10)"},
      {"10->10 10%/20%", 10, 0, 10, "10%", "20%", 9, 12, "U2 D7 U5 D4 U8 D1 U10 D0"},
      {"10->10 10%/20%, slow", 10, 0, 10, "10%", "20%", 9, 12,
       "U2 D7(2) U5 D5(4) U7 -(4) D2(7) U10 D0(9)"},
      {"10->10 10%/20%, continued at 10/2", 10, 2, 10, "10%", "20%", 9, 12,
       "D7 U5 D4 U8 D1 U10 D0"},
      {"10->10 0/100%", 10, 0, 10, "0%", "100%", 10, 20, "U10 D0"},
      {"10->10 0/100%, slow", 10, 0, 10, "0%", "100%", 10, 20, "U10 -(0) D8(2) D3(7) D0(10)"},
      {"10->10 100%/0", 10, 0, 10, "100%", "0%", 0, 10, "D0 U10"},
      {"1->1 25%/25%", 1, 0, 1, "25%", "25%", 1, 2, "U1 -(0) D0"},
      {"1->1 0/10%", 1, 0, 1, "0%", "10%", 1, 2, "U1 -(0) D0"},
      {"1->1 10%/10%", 1, 0, 1, "10%", "10%", 1, 2, "U1 -(0) D0"},
      {"3->3 0/1", 3, 0, 3, 0, 1, 3, 4, "U1 D2 U2 D1 U3 D0"},
      {"10->10 0/20%, continued at 6/5", 6, 5, 10, "0%", "20%", 10, 12, "U6 D4 U8 D2 U10 D0"},
      {"10->20 0/300%", 10, 0, 20, "0%", "300%", 20, 80, "U20 D0"},
      {.name = "rollback 1->1, the Pod of the new one is not ready",
       .down = 1,
       .up = 1,
       .desired = 1,
       .max_unavailable = 0,
       .max_surge = 1,
       .keep = 1,
       .exceed = 2,
       .sequence = "D0",
       .down_ready = 0,
       .rollback = true},
      {"3->0 1/1", 3, 0, 0, 1, 1, 0, 1, "D0"},
      {"3->0 10%/10%", 3, 0, 0, "10%", "10%", 0, 0, "D0"},
      {"0->0", 0, 0, 0, 1, 1, 0, 1, ""},
      {"30->2 50%/0", 30, 0, 2, "50%", 0, 1, 2, "D1 U1 D0 U2"},
      {.name = "2->2 1/0, half of the old ones are broken",
       .down = 2,
       .up = 0,
       .desired = 2,
       .max_unavailable = 1,
       .max_surge = 0,
       .keep = 1,
       .exceed = 2,
       .sequence = "D1 U1 D0 U2",
       .down_ready = 1},
      {"1->1 1%/0", 1, 0, 1, "1%", 0, 0, 1, "D0 U1"},
      {"1->2 25%/25%", 1, 0, 2, "25%", "25%", 2, 3, "U2 D0"},
      {"2->2 25%/1%", 2, 0, 2, "25%", "1%", 2, 3, "U1 D1 U2 D0"},
      {"2->2 25%/0", 2, 0, 2, "25%", "0%", 1, 2, "D1 U1 D0 U2"},
  }));
  CAPTURE(row.name);
  Play(row).Check();
  Proves("RC-9 RC-10 RC-12");
}

// Upstream's test plays one more row, with a stub in place of what makes the new one: 3->0 where it
// does not exist. kubectl's own code refuses that, and so does Windlass.
TEST_CASE("3->0 10%/10% is refused where the new one would have to be made") {
  World world("web", 3, {{"app", "web"}, {"v", "1"}});
  world.AddUpdate("web", {{"newName", "web-2"},
                          {"controller", FileOf(0)},
                          {"maxUnavailable", "10%"},
                          {"maxSurge", "10%"}});
  CHECK(world.Run() == "Failed");
  CHECK(world.message() ==
        "Invalid controller spec for web-2; required: > 0 replicas, actual: 0. Give the new "
        "ReplicationController at least 1 replica");
  CHECK_FALSE(world.Has("web-2"));
  CHECK(SizeOf(world, "web") == 3);
  Proves("RC-3");
}

}  // namespace
}  // namespace windlass::replication_controller::golden_test
