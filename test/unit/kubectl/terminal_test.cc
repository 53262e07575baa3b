// get in a terminal: what is wrapped, coloured, left out and drawn again.
#include <algorithm>

#include "cmd/kubectl-windlass/cells.h"
#include "cmd/kubectl-windlass/render.h"
#include "cmd/kubectl-windlass/screen.h"
#include "test/unit/kubectl/kubectl_run.h"

namespace windlass::cli::terminal_test {
namespace {

using Lines = std::vector<std::string>;

PodState SomePod(const std::string& name, Mood mood = Mood::kGood) {
  PodState pod;
  pod.name = name;
  pod.status = mood == Mood::kGood ? "Running" : "CrashLoopBackOff";
  pod.ready = mood == Mood::kGood ? "1/1" : "0/1";
  pod.mood = mood;
  return pod;
}

// A tree with 220 Pods, of which the first 3 are wrong.
Tree LargeTree() {
  Tree tree;
  tree.header = {{"Deployment", "default/web"}};
  tree.name = "web";
  tree.phase = "Progressing";
  tree.ready = "217/220";
  ReplicaSetBranch branch;
  branch.name = "web-1";
  branch.status = "revision 1";
  branch.ready = "217/220";
  branch.why = "new";
  for (int i = 0; i < 220; ++i) {
    branch.pods.push_back(SomePod("web-1-" + std::to_string(i), i < 3 ? Mood::kBad : Mood::kGood));
  }
  tree.replica_sets.push_back(branch);
  ReplicaSetBranch empty;
  empty.name = "web-0";
  empty.ready = "0/0";
  empty.why = "old";
  empty.is_spare = true;
  tree.replica_sets.push_back(empty);
  return tree;
}

constexpr const char* kCause =
    "app: ErrImagePull: failed to pull and unpack image \"registry.example/web:v2\": not found";

// A tree with one Pod that cannot pull its image, and one that is available.
Tree SmallTree() {
  Tree tree = LargeTree();
  tree.ready = "1/2";
  tree.replica_sets.resize(1);
  ReplicaSetBranch& branch = tree.replica_sets[0];
  branch.ready = "1/2";
  branch.pods = {SomePod("web-1-b", Mood::kBad), SomePod("web-1-a")};
  branch.pods[0].status = "ErrImagePull";
  branch.pods[0].why = kCause;
  branch.pods[0].node = "node-0";
  return tree;
}

size_t CountOf(const Lines& lines, const std::string& text) {
  return static_cast<size_t>(std::ranges::count_if(
      lines, [&text](const std::string& line) { return line.find(text) != line.npos; }));
}

TEST_CASE("A cause stands below its row, along the tree") {
  RenderOptions options;
  options.width = 80;
  CHECK(RenderTree(SmallTree(), options) ==
        Lines{"Deployment   default/web", "",
              "NAME            STATUS         READY   RESTARTS   AGE         NODE", "      WHY",
              "web             Progressing    1/2                <unknown>",
              "└─ web-1        revision 1     1/2                <unknown>", "   │  new",
              "   ├─ web-1-b   ErrImagePull   0/1     0          <unknown>   node-0",
              "   │  app: ErrImagePull: failed to pull and unpack image",
              "   │  \"registry.example/web:v2\": not found",
              "   └─ web-1-a   Running        1/1     0          <unknown>   <none>"});
  options.ascii = true;
  options.width = 130;
  CHECK(RenderTree(SmallTree(), options) ==
        Lines{"Deployment   default/web", "",
              "NAME            STATUS         READY   RESTARTS   AGE         NODE     WHY",
              "web             Progressing    1/2                <unknown>",
              "`- web-1        revision 1     1/2                <unknown>            new",
              "   +- web-1-b   ErrImagePull   0/1     0          <unknown>   node-0   app: "
              "ErrImagePull: failed to pull and unpack image",
              "   |                                                                   "
              "\"registry.example/web:v2\": not found",
              "   `- web-1-a   Running        1/1     0          <unknown>   <none>"});
}

TEST_CASE("At 20 columns nothing is lost") {
  RenderOptions options;
  options.width = 20;
  std::string all;
  for (const std::string& line : RenderTree(SmallTree(), options)) {
    CHECK(CellsOf(line) <= 20);
    for (const char c : line) {
      if (c > ' ' && c < 0x7F) all += c;
    }
  }
  std::string cause = kCause;
  std::erase(cause, ' ');
  CHECK(all.find(cause) != std::string::npos);
}

TEST_CASE("What a tenant writes stays in its row") {
  Tree tree = SmallTree();
  tree.replica_sets[0].pods[0].why = "app: first\n└─ forged\r\t\x1b[2Jrow\u009b31m, caf\u00e9 \xff";
  tree.header.emplace_back("Status", "Stalled: a\nb\x1b[H");
  const Lines lines = RenderTree(tree, {});
  CHECK(lines.size() == 8);
  CHECK(CountOf(lines, "app: first └─ forged   [2Jrow 31m, caf\u00e9 ?") == 1);
  CHECK(lines[1] == "Status       Stalled: a b [H");
  RenderOptions options;
  options.width = 200;
  options.ascii = true;
  for (const std::string& line : RenderTree(tree, options)) {
    CHECK(std::ranges::all_of(line, [](char c) { return c >= ' ' && c < 0x7F; }));
  }
}

TEST_CASE("A pipe gets what others wrote as it is, also where the tree is ASCII") {
  Tree tree = SmallTree();
  tree.replica_sets[0].pods[0].why = "caf\u00e9";
  RenderOptions options;
  options.ascii = true;
  const Lines lines = RenderTree(tree, options);
  CHECK(CountOf(lines, "   +- web-1-b") == 1);
  CHECK(CountOf(lines, "caf\u00e9") == 1);
}

TEST_CASE("A tree is cut to the terminal, and available Pods are left out first") {
  const Lines lines = RenderTree(LargeTree(), {.width = 120, .height = 18});
  REQUIRE(lines.size() == 17);
  CHECK(lines[15].ends_with("… 210 more Running"));
  CHECK(lines[16] == "… 1 old ReplicaSets without Pods");
  CHECK(CountOf(lines, "CrashLoopBackOff") == 3);
  CHECK(RenderTree(LargeTree(), {}).size() == 2 + 2 + 2 + 220);
}

TEST_CASE("Available Pods of the old ReplicaSet go before the others of the new one") {
  Tree tree = LargeTree();
  tree.replica_sets[0].pods.resize(3);
  tree.replica_sets[1].pods = {SomePod("web-0-a"), SomePod("web-0-b")};
  const Lines lines = RenderTree(tree, {.width = 200, .height = 11});
  CHECK(lines.size() == 10);
  CHECK(CountOf(lines, "CrashLoopBackOff") == 3);
  CHECK(CountOf(lines, "… 2 more Running") == 1);
}

TEST_CASE("A long cause leaves room for others where the tree is drawn again") {
  Tree tree = SmallTree();
  std::string& why = tree.replica_sets[0].pods[0].why;
  for (int i = 0; i < 400; ++i) why += " word";
  const Lines lines = RenderTree(tree, {.width = 80, .height = 24});
  CHECK(lines.size() <= 23);
  CHECK(CountOf(lines, "   │  … ") == 1);
  CHECK(CountOf(lines, "more lines") == 1);
  CHECK(CountOf(lines, "web-1-a") == 1);
  // Once, it is complete.
  CHECK(CountOf(RenderTree(tree, {.width = 80}), "more lines") == 0);
}

TEST_CASE("A window that is narrow and low shows causes rather than all columns") {
  const RenderOptions options{.width = 40, .height = 18};
  const Lines lines = RenderTree(SmallTree(), options);
  CHECK(lines.size() <= 17);
  for (const char* column : {"RESTARTS", "AGE", "NODE"}) CHECK(CountOf(lines, column) == 0);
  CHECK(CountOf(lines, "   │  found") == 1);  // the end of the cause
  CHECK(CountOf(lines, "web-1-a") == 1);
  // They are there where there is room, either in width or in height.
  CHECK(CountOf(RenderTree(SmallTree(), {.width = 40, .height = 50}), "RESTARTS") == 1);
  CHECK(CountOf(RenderTree(SmallTree(), {.width = 80, .height = 9}), "RESTARTS") == 1);
}

TEST_CASE("In a low window the first cause still begins") {
  const Lines lines = RenderTree(SmallTree(), {.width = 40, .height = 10});
  CHECK(lines.size() == 9);
  CHECK(CountOf(lines, "ErrImagePull") > 0);
  CHECK(lines.back().starts_with("… "));
  CHECK(lines.back().ends_with(" more lines"));
}

TEST_CASE("No line is longer, and no drawing higher, than the terminal") {
  for (const size_t height : {1U, 2U, 3U, 5U, 8U, 24U}) {
    for (const size_t width : {2U, 7U, 20U, 40U, 80U}) {
      CAPTURE(width, height);
      const Lines lines = RenderTree(LargeTree(), {.width = width, .height = height});
      CHECK(lines.size() <= std::max<size_t>(2, height - 1));
      for (const std::string& line : lines) CHECK(CellsOf(line) <= width);
    }
  }
}

TEST_CASE("Colour is for what is not available, and only if it was asked for") {
  const Lines coloured = RenderTree(LargeTree(), {.width = 120, .height = 18, .colour = true});
  CHECK(CountOf(coloured, "\x1b[33m") == 1);  // the workload, which is waiting
  CHECK(CountOf(coloured, "\x1b[31m") == 3);  // three Pods
  CHECK(CountOf(RenderTree(LargeTree(), {.width = 120, .height = 18}), "\x1b") == 0);
  // Each line of a cause is coloured by itself.
  const Lines wrapped = RenderTree(SmallTree(), {.width = 80, .colour = true});
  CHECK(CountOf(wrapped, "\x1b[31m") == 3);
  CHECK(CountOf(wrapped, "\x1b[0m") == 4);
}

// Deployment web with one Pod that cannot pull its image.
void CreateWeb(KubectlRun& run) {
  run.Create(resources::kDeployments, sim::SampleDeployment("web", 1));
  run.Create(resources::kReplicaSets,
             ReplicaSetOf(run.Stored(resources::kDeployments, "web"), "web-1", 1));
  run.Create(resources::kPods, PodOf(run.Stored(resources::kReplicaSets, "web-1"), "web-1-a"));
  run.Edit(resources::kPods, "web-1-a", "status", [](Json& o) {
    o["status"]["containerStatuses"] =
        Json::array({{{"name", "web"},
                      {"ready", false},
                      {"restartCount", 0},
                      {"state",
                       {{"waiting",
                         {{"reason", "ImagePullBackOff"},
                          {"message",
                           "Back-off pulling image \"registry.example/web:v2\":\n\x1b[2Jthe "
                           "registry says not found, three times in a row"}}}}}}});
  });
}

Lines Split(const std::string& text) {
  Lines lines;
  for (size_t from = 0; from < text.size();) {
    const size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

TEST_CASE("get in a terminal wraps its lines, and has colour") {
  KubectlRun run;
  CreateWeb(run);
  run.terminal = true;
  run.size = {60, 4};  // it is printed once: the height does not matter
  const Ran plain = run.Run("get web");
  CHECK(plain.code == ExitCode::kDone);
  CHECK(plain.out.find('\x1b') == std::string::npos);
  for (const std::string& line : Split(plain.out)) CHECK(CellsOf(line) <= 60);
  CHECK(plain.out.find("in a row\n") != std::string::npos);
  run.colour = true;
  const Ran coloured = run.Run("get web");
  CHECK(coloured.out.find("\x1b[31m   └─ web-1-a") != std::string::npos);
  CHECK(coloured.out.find("\x1b[2J") == std::string::npos);
}

TEST_CASE("get --ascii, and a locale that is not UTF-8, draw the tree in ASCII") {
  KubectlRun run;
  CreateWeb(run);
  CHECK(run.Run("get web").out.find("└─ web-1") != std::string::npos);
  const std::string drawn = run.Run("get web --ascii").out;
  CHECK(drawn.find("`- web-1 ") != std::string::npos);
  CHECK(drawn.find("   `- web-1-a") != std::string::npos);
  run.ascii = true;
  CHECK(run.Run("get web").out == drawn);
}

TEST_CASE("A table of workloads is wrapped in a terminal, and not in a pipe") {
  KubectlRun run;
  CreateWeb(run);
  run.size = {40, 20};
  CHECK(CountOf(Split(run.Run("get deployments").out), "KIND") == 1);
  CHECK(Split(run.Run("get deployments").out).size() == 2);
  run.terminal = true;
  const Lines lines = Split(run.Run("get deployments").out);
  CHECK(lines.size() > 2);
  for (const std::string& line : lines) CHECK(CellsOf(line) <= 40);
  CHECK(CountOf(lines, "REASON") == 1);
}

TEST_CASE("A table that is drawn again says which kinds cannot be read") {
  KubectlRun run;
  CreateWeb(run);
  run.fate = FateOf("/replicationcontrollers", sim::Fate::kForbidden);
  run.terminal = true;
  run.interrupt_after = seconds(1);
  const Ran ran = run.Run("get -w");
  const size_t page = ran.out.find("\x1b[H");
  REQUIRE(page != std::string::npos);
  const size_t error = ran.out.find("error: ", page);
  CHECK(error < ran.out.find("\x1b[J", page));
  CHECK(ran.messages.starts_with("error: "));
}

TEST_CASE("get --watch is drawn again when the window has another size") {
  KubectlRun run;
  CreateWeb(run);
  run.terminal = true;
  run.size = {80, 24};
  run.After(seconds(2), [&run] { run.size = {40, 10}; });
  run.interrupt_after = seconds(4);
  const Ran ran = run.Run("get web -w");
  CHECK(ran.code == ExitCode::kDone);
  const size_t last = ran.out.rfind("\x1b[H\x1b[K");
  REQUIRE(last != std::string::npos);
  const Lines page = Split(ran.out.substr(last, ran.out.find("\x1b[J", last) - last));
  CHECK(page.size() == 9);
  for (const std::string& line : page) CHECK(line.size() < 80);
}

TEST_CASE("A page is drawn from the top of the second screen, and left on the first one") {
  Console console;
  std::string written;
  console.out = [&written](std::string_view text) { written += text; };
  {
    Screen screen(console);
    screen.Draw({"one", "two"}, {80, 24});
    CHECK(written == "\x1b[?1049h\x1b[H\x1b[Kone\n\x1b[Ktwo\n\x1b[J");
    written.clear();
    screen.Draw({"one", "two"}, {80, 24});
    CHECK(written.empty());
    // The terminal may have folded the lines.
    screen.Draw({"one", "two"}, {40, 24});
    CHECK(written == "\x1b[H\x1b[Kone\n\x1b[Ktwo\n\x1b[J");
    written.clear();
  }
  CHECK(written == "\x1b[H\x1b[J\x1b[?1049lone\ntwo\n");
}

TEST_CASE("An error that ends a watch is written after the second screen is left") {
  KubectlRun run;
  CreateWeb(run);
  run.terminal = true;
  run.After(seconds(1), [&] {
    REQUIRE(run.server.Delete("setup", {resources::kDeployments, "default", "web"}).ok());
  });
  std::string order;
  run.all = &order;
  CHECK(run.Run("get web -w").code == ExitCode::kError);
  const size_t left = order.find("\x1b[?1049l");
  CHECK(left != std::string::npos);
  CHECK(order.find("error: deployment.apps/web has been deleted") > left);
}

}  // namespace
}  // namespace windlass::cli::terminal_test
