// The repository obeys the rules of style that a machine can check. And the rules can fail: each
// rule gets a violation planted for it, and the nearest text that is allowed.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "test/catch.h"
#include "test/tidy/citations.h"
#include "test/tidy/cycles.h"
#include "test/tidy/rules.h"
#include "test/tidy/source.h"

namespace windlass::tidy::tidy_test {
namespace {

TEST_CASE("the repository obeys the rules of style") {
  const std::vector<Source> tree = ReadTree(WINDLASS_SOURCE_DIR);
  // A walk that reads no file would pass every rule.
  REQUIRE(std::ranges::find(tree, "kubeclient/base/result.h", &Source::path) != tree.end());
  REQUIRE(std::ranges::find(tree, "test/tidy/tidy_test.cc", &Source::path) != tree.end());
  const Citable citable = CitableIn(tree);
  REQUIRE(citable.rules.contains("D-261"));
  std::string found;
  for (const Source& source : tree) {
    for (const Finding& finding : CheckAll(source)) found += finding.Text() + "\n";
    for (const Finding& finding : CheckCitations(source, citable)) found += finding.Text() + "\n";
    if (IsCpp(source.path) && source.lines.size() > kLinesWarning) {
      WARN(source.path << " has " << source.lines.size() << " lines");
    }
  }
  for (const Finding& finding : CheckCycles(tree)) found += finding.Text() + "\n";
  INFO(found);
  CHECK(found.empty());
}

struct Planted {
  std::string path;
  std::string text;
  std::string rule;  // "": allowed
};

std::string RuleBroken(const Planted& planted) {
  std::string text = planted.text;
  // A header planted for another rule must not break rule `header`.
  if (IsHeader(planted.path) && planted.rule != "header") text = "// What.\n#pragma once\n" + text;
  const std::vector<Finding> findings = CheckAll(MakeSource(planted.path, text));
  return findings.empty() ? "" : findings.front().rule;
}

TEST_CASE("an include against the arrows is found") {
  const Planted row = GENERATE(values<Planted>({
      {"kubeclient/base/a.cc", "#include \"kubeclient/api/pod.h\"\n", "arrow"},
      {"kubeclient/api/a.cc", "#include \"kubeclient/base/result.h\"\n", ""},
      {"kubeclient/api/a.cc", "#include \"kubeclient/transport/transport.h\"\n", "arrow"},
      {"kubeclient/transport/a.cc", "#include \"kubeclient/api/pod.h\"\n", "arrow"},
      {"kubeclient/config/a.cc", "#include \"kubeclient/transport/transport.h\"\n", ""},
      {"kubeclient/config/a.cc", "#include \"kubeclient/client/client.h\"\n", "arrow"},
      {"kubeclient/client/a.cc", "#include \"kubeclient/api/pod.h\"\n", ""},
      {"kubeclient/client/a.cc", "#include \"kubeclient/cache/store.h\"\n", "arrow"},
      {"kubeclient/cache/a.cc", "#include \"kubeclient/client/client.h\"\n", ""},
      {"kubeclient/cache/a.cc", "#include \"controller/core/step.h\"\n", "arrow"},
      {"kubeclient/lease/a.cc", "#include \"kubeclient/cache/back_off.h\"\n", ""},
      {"kubeclient/cache/a.cc", "#include \"kubeclient/lease/lease.h\"\n", "arrow"},
      {"controller/in_place/pod/a.cc", "#include \"controller/in_place/template/b.h\"\n", ""},
      {"controller/in_place/template/a.cc", "#include \"controller/in_place/pod/b.h\"\n", "arrow"},
      {"controller/in_place/traffic/a.cc", "#include \"controller/in_place/batch/b.h\"\n", "arrow"},
      {"controller/in_place/phases/a.cc", "#include \"controller/in_place/batch/b.h\"\n", ""},
      {"controller/in_place/phases/a.cc", "#include \"controller/deployment/b.h\"\n", "arrow"},
      {"controller/in_place/phases/a.cc", "#include \"controller/workload/b.h\"\n", ""},
      {"controller/in_place/pod/a.cc", "#include \"controller/workload/b.h\"\n", "arrow"},
      {"controller/in_place/template/a.h", "#include \"controller/workload/workload.h\"\n", ""},
      {"controller/in_place/template/a.cc", "#include \"controller/workload/workload_kind.h\"\n",
       ""},
      {"controller/in_place/pod/a.h", "#include \"controller/workload/in_place_annotations.h\"\n",
       ""},
      {"controller/runtime/a.h", "#include \"controller/workload/workload.h\"\n", "arrow"},
      {"controller/workload/a.cc", "#include \"controller/in_place/phases/b.h\"\n", "arrow"},
      {"controller/workload/a.cc", "#include \"controller/workload/sizes/b.h\"\n", "arrow"},
      {"controller/workload/sizes/a.cc", "#include \"controller/workload/b.h\"\n", ""},
      {"controller/workload/sizes/a.cc", "#include \"controller/workload/revisions/b.h\"\n", ""},
      {"controller/workload/sizes/a.cc", "#include \"controller/workload/actions/b.h\"\n", "arrow"},
      {"controller/workload/requests/a.cc", "#include \"controller/workload/annotations/b.h\"\n",
       ""},
      {"controller/workload/annotations/a.cc", "#include \"controller/workload/requests/b.h\"\n",
       "arrow"},
      {"controller/workload/planner/a.cc", "#include \"controller/count/b.h\"\n", ""},
      {"controller/rollout/a.cc", "#include \"controller/workload/actions/b.h\"\n", ""},
      {"controller/core/step.h", "#include \"kubeclient/api/request.h\"\n", ""},
      {"controller/core/step.h", "#include \"kubeclient/cache/store.h\"\n", "arrow"},
      {"controller/deployment/a.cc", "#include \"controller/core/step.h\"\n", ""},
      {"controller/deployment/a.cc", "#include \"controller/deployment/b.h\"\n", ""},
      {"controller/deployment/a.cc", "#include \"controller/rollout/b.h\"\n", "arrow"},
      {"controller/deployment/a_controller.cc", "#include \"controller/in_place/watch/b.h\"\n", ""},
      {"controller/deployment/a_controller.h", "#include \"controller/in_place/watch/b.h\"\n",
       "arrow"},
      {"controller/rollout/a.cc", "#include \"controller/in_place/phases/b.h\"\n", "arrow"},
      {"controller/rollout/a.cc", "#include \"controller/workload/in_place_annotations.h\"\n", ""},
      {"cmd/kubectl-windlass/a.cc", "#include \"controller/in_place/template/b.h\"\n", "arrow"},
      {"controller/workload/a.cc", "#include \"kubeclient/client/client.h\"\n", "arrow"},
      {"controller/workload/a.cc", "#include \"controller/runtime/b.h\"\n", "arrow"},
      {"controller/workload/watch/a.cc", "#include \"controller/runtime/b.h\"\n", ""},
      {"controller/workload/watch/a.cc", "#include \"controller/in_place/pod/b.h\"\n", "arrow"},
      {"controller/in_place/watch/a.cc", "#include \"controller/workload/watch/b.h\"\n", ""},
      {"controller/in_place/watch/a.cc", "#include \"controller/deployment/b.h\"\n", "arrow"},
      {"controller/in_place/pod/a.cc", "#include \"controller/in_place/watch/b.h\"\n", "arrow"},
      {"controller/runtime/a.cc", "#include \"kubeclient/client/client.h\"\n", ""},
      {"controller/api/a.cc", "#include \"controller/core/own_names.h\"\n", ""},
      {"controller/api/a.cc", "#include \"kubeclient/cache/store.h\"\n", "arrow"},
      {"kubeclient/cache/a.cc", "#include \"controller/api/rollout.h\"\n", "arrow"},
      {"controller/runtime/a.cc", "#include \"controller/api/rollout.h\"\n", "arrow"},
      {"controller/workload/a.cc", "#include \"controller/api/rollout.h\"\n", "arrow"},
      {"controller/rollout/a.cc", "#include \"controller/api/rollout.h\"\n", ""},
      {"controller/runtime/a.cc", "#include \"controller/deployment/b.h\"\n", "arrow"},
      {"controller/runtime/a.cc", "#include \"controller/workload/watch/b.h\"\n", "arrow"},
      {"cmd/windlass/main.cc", "#include \"controller/runtime/b.h\"\n", ""},
      {"cmd/windlass/main.cc", "#include \"test/catch.h\"\n", "arrow"},
      {"controller/core/step.cc", "#include \"cmd/windlass/flags.h\"\n", "arrow"},
      {"test/sim/a.cc", "#include \"cmd/windlass/flags.h\"\n", ""},
      {"kubeclient/client/a.cc", "#include \"windlass_version.h\"\n", ""},
      {"kubeclient/client/a.cc", "#include \"client.h\"\n", "arrow"},
      {"kubeclient/base/a.cc", "// #include \"kubeclient/api/pod.h\"\n", ""},
  }));
  CAPTURE(row.path, row.text);
  CHECK(RuleBroken(row) == row.rule);
}

TEST_CASE("a clock, sleep, draw, file or socket away from the edges is found") {
  const std::string call = GENERATE(values<std::string>(
      {"std::chrono::system_clock::now()", "std::chrono::steady_clock::now()",
       "clock_gettime(CLOCK_REALTIME, &t)", "sleep(1)", "::usleep (10)",
       "std::this_thread::sleep_for(x)", "std::this_thread::sleep_until(x)", "rand()",
       "std::random_device{}()", "getrandom(&b, 1, 0)", "std::getenv(\"HOME\")",
       "socket(AF_INET, 0, 0)", "connect(fd, a, b)", "open(\"f\", O_RDONLY)",
       "std::fopen(\"f\", \"r\")", "std::ifstream in(\"f\")"}));
  CAPTURE(call);
  const std::string text = "  " + call + ";\n";
  CHECK(RuleBroken({"controller/deployment/a.cc", text, "world"}) == "world");
  CHECK(RuleBroken({"kubeclient/cache/a.h", text, "world"}) == "world");
  CHECK(RuleBroken({"kubeclient/base/a.cc", text, ""}).empty());
  CHECK(RuleBroken({"cmd/windlass/a.cc", text, ""}).empty());
  CHECK(RuleBroken({"controller/a.cc", "// " + text, ""}).empty());
}

TEST_CASE("what only looks like the outside world is let through") {
  const std::string text = GENERATE(values<std::string>(
      {"Log(\"sleep(1)\");", "/* rand() */", "R\"x(getenv)x\";", "Sleep(1);", "reopen(1);",
       "operand(1);", "int sleeper = 1'000;", "Reconnect();", "f('\\'', \"//\", open_);"}));
  CAPTURE(text);
  CHECK(RuleBroken({"controller/a.cc", text + "\n", ""}).empty());
}

TEST_CASE("a sleeping test is found") {
  CHECK(RuleBroken({"test/sim/a.cc", "std::this_thread::sleep_for(x);\n", "world"}) == "world");
  CHECK(RuleBroken({"test/sim/a.cc", "std::ifstream in(x);\n", ""}).empty());
}

TEST_CASE("a library where it does not belong is found") {
  const Planted row = GENERATE(values<Planted>({
      {"kubeclient/transport/cpprest_transport.cc", "#include <cpprest/http_client.h>\n", ""},
      {"kubeclient/client/client.cc", "#include <cpprest/http_client.h>\n", "library"},
      {"kubeclient/transport/tls.cc", "#include <cpprest/http_client.h>\n", "library"},
      {"kubeclient/api/a.cc", "#include <simdjson.h>\n", ""},
      {"kubeclient/api/a.h", "#include <simdjson.h>\n", "library"},
      {"kubeclient/api/a.h", "#include <nlohmann/json.hpp>\n", "library"},
      {"kubeclient/api/a.h", "#include <nlohmann/json_fwd.hpp>\n", ""},
      {"cmd/kubectl-windlass/json.h", "#include <nlohmann/json.hpp>\n", ""},
      {"cmd/kubectl-windlass/other.h", "#include <nlohmann/json.hpp>\n", "library"},
      {"kubeclient/api/a.h", "#include <string_view>\n", ""},
      {"test/sim/model.h", "#include <nlohmann/json.hpp>\n", ""},
      {"test/sim/a_test.cc", "#include <catch2/catch.hpp>\n", "library"},
      {"test/catch.h", "#include <catch2/catch.hpp>\n", ""},
  }));
  CAPTURE(row.path, row.text);
  CHECK(RuleBroken(row) == row.rule);
}

TEST_CASE("a line or a file that is too long is found") {
  const std::string line(kColumnsMax, 'x');
  CHECK(RuleBroken({"controller/a.cc", line + "\n", ""}).empty());
  CHECK(RuleBroken({"controller/a.cc", line + "x\n", "columns"}) == "columns");
  CHECK(RuleBroken({"cmake/A.cmake", line + "x\n", "columns"}) == "columns");
  CHECK(RuleBroken({"docs/a.md", line + "x\n", ""}).empty());
  // A column is a character, not a byte.
  CHECK(RuleBroken({"controller/a.cc", line.substr(1) + "…\n", ""}).empty());

  std::string lines;
  for (size_t i = 0; i < kLinesMax; ++i) lines += "\n";
  CHECK(RuleBroken({"controller/a.cc", lines, ""}).empty());
  CHECK(RuleBroken({"controller/a.cc", lines + "\n", "length"}) == "length");
}

TEST_CASE("a header that does not say what it is, or may be read twice, is found") {
  CHECK(RuleBroken({"controller/a.h", "// What.\n#pragma once\n", "header"}).empty());
  CHECK(RuleBroken({"controller/a.h", "#pragma once\n", "header"}) == "header");
  CHECK(RuleBroken({"controller/a.h", "// What.\n// #pragma once\n", "header"}) == "header");
  CHECK(RuleBroken({"controller/a.h", "", "header"}) == "header");
}

TEST_CASE("a class whose name says nothing is found") {
  CHECK(RuleBroken({"controller/a.cc", "class RolloutManager {\n", "name"}) == "name");
  CHECK(RuleBroken({"controller/a.cc", "struct StringUtil {\n", "name"}) == "name");
  CHECK(RuleBroken({"controller/a.cc", "class ClientImpl final {\n", "name"}) == "name");
  CHECK(RuleBroken({"controller/a.cc", "struct Client::Impl {\n", ""}).empty());
  CHECK(RuleBroken({"controller/a.cc", "struct Impl;\n", ""}).empty());
}

TEST_CASE("a test without a namespace of its own is found") {
  const std::string path = "test/unit/base/a_test.cc";
  CHECK(RuleBroken({path, "namespace windlass::a_test {\nnamespace {\n", ""}).empty());
  CHECK(RuleBroken({path, "namespace windlass {\nnamespace {\n", ""}) == "namespace");
  CHECK(RuleBroken({path, "namespace windlass::b_a_test {\n", ""}) == "namespace");
  CHECK(RuleBroken({path, "namespace {\n", ""}) == "namespace");
  CHECK(RuleBroken({path, "int Zero() { return 0; }\n", ""}) == "namespace");
  CHECK(RuleBroken({"test/unit/base/a.cc", "namespace windlass {\n", ""}).empty());
}

TEST_CASE("a message that is read is found") {
  const auto broken = [](const std::string& path, const std::string& code) {
    return RuleBroken({path, code, "message"});
  };
  CHECK(broken("controller/a.cc", "if (error.message.find(x) > 0) return;\n") == "message");
  CHECK(broken("cmd/a.cc", "return status_message_.starts_with(x);\n") == "message");
  CHECK(broken("kubeclient/a.cc", "return error.message() .size();\n").empty());
  CHECK(broken("controller/a.cc", "text = condition.message().ends_with(x);\n") == "message");
  CHECK(broken("test/unit/a.cc", "CHECK(error.message.find(x) > 0);\n").empty());
}

TEST_CASE("words that make a sentence hard to read are found") {
  const auto broken = [](const std::string& path, const std::string& text) {
    return RuleBroken({path, text, "plain"});
  };
  CHECK(broken("controller/a.cc", "// The user is told.\n") == "plain");
  CHECK(broken("cmd/a.cc", "int a;  // whoever writes it\n") == "plain");
  CHECK(broken("kubeclient/a.cc", "Say(\"so many are ready\");\n") == "plain");
  CHECK(broken("controller/a.h", "// Null if nobody asks.\n") == "plain");
  CHECK(broken("controller/a.h", "// Somebody has changed it.\n") == "plain");
  CHECK(broken("controller/a.h", "// Returns null if there is none.\n").empty());
  CHECK(broken("kubeclient/a.cc", "// The status tells the user.\n").empty());
  CHECK(broken("controller/a.cc", "// This is toldest.\n").empty());
  CHECK(broken("test/unit/a.cc", "// The user is told.\n").empty());
}

TEST_CASE("a loose end is found") {
  const std::string reminder = std::string("TO") + "DO";
  const std::string machine = std::string("/wo") + "rk/main";
  CHECK(RuleBroken({"controller/a.cc", "// " + reminder + ": later\n", "loose end"}) ==
        "loose end");
  CHECK(RuleBroken({"controller/a.cc", "// " + reminder + "(#12): later\n", ""}).empty());
  CHECK(RuleBroken({"docs/a.md",
                    "FIX"
                    "ME\n",
                    "loose end"}) == "loose end");
  CHECK(RuleBroken({"docs/a.md", "see " + machine + "\n", "loose end"}) == "loose end");
  CHECK(RuleBroken({"tools/a.sh", machine + "\n", "loose end"}) == "loose end");
  CHECK(RuleBroken({"docs/a.md", "test" + machine + "\n", ""}).empty());
}

// Returns the findings in a tree of files in which the first file of each pair includes the second.
std::string CyclesOf(const std::vector<std::pair<std::string, std::string>>& includes) {
  std::map<std::string, std::string> texts;
  for (const auto& [path, other] : includes) {
    texts[path] += "#include \"" + other + "\"\n";
    texts.try_emplace(other);
  }
  std::vector<Source> tree;
  for (const auto& [path, text] : texts) tree.push_back(MakeSource(path, text));
  std::string found;
  for (const Finding& finding : CheckCycles(tree)) found += finding.Text() + "\n";
  return found;
}

TEST_CASE("a cycle of units inside a box is found, and its way is named") {
  CHECK(CyclesOf({{"x/a.h", "x/b.h"}, {"x/b.h", "x/c.h"}, {"x/c.h", "x/a.h"}}) ==
        "x/a.h:1: cycle: x/a -> x/b (x/a.h:1) -> x/c (x/b.h:1) -> x/a (x/c.h:1)\n");
  // The includes of .h, _inl.h and .cc count together.
  CHECK(CyclesOf({{"x/a.cc", "x/a.h"}, {"x/a.cc", "x/b.h"}, {"x/b.cc", "x/a.h"}}) ==
        "x/a.cc:2: cycle: x/a -> x/b (x/a.cc:2) -> x/a (x/b.cc:1)\n");
  CHECK(CyclesOf({{"x/a_inl.h", "x/b.h"}, {"x/b.h", "x/a.h"}}) ==
        "x/a_inl.h:1: cycle: x/a -> x/b (x/a_inl.h:1) -> x/a (x/b.h:1)\n");
  // The finding names the shortest cycle; of several cycles that share a unit it names the first.
  CHECK(
      CyclesOf({{"x/a.h", "x/b.h"}, {"x/b.h", "x/c.h"}, {"x/b.h", "x/a.h"}, {"x/c.h", "x/a.h"}}) ==
      "x/a.h:1: cycle: x/a -> x/b (x/a.h:1) -> x/a (x/b.h:2)\n");
  CHECK(
      CyclesOf({{"x/a.h", "x/b.h"}, {"x/b.h", "x/a.h"}, {"y/c.h", "y/d.h"}, {"y/d.h", "y/c.h"}}) ==
      "x/a.h:1: cycle: x/a -> x/b (x/a.h:1) -> x/a (x/b.h:1)\n"
      "y/c.h:1: cycle: y/c -> y/d (y/c.h:1) -> y/c (y/d.h:1)\n");

  // A unit alone is no cycle, and neither are two ways to the same unit.
  CHECK(CyclesOf({{"x/a.cc", "x/a.h"}, {"x/a.h", "x/a_inl.h"}, {"x/a_inl.h", "x/a.h"}}).empty());
  CHECK(CyclesOf({{"x/a.cc", "x/b.h"}, {"x/a.h", "x/c.h"}, {"x/b.cc", "x/c.h"}}).empty());
  CHECK(CyclesOf({{"x/a.h", "x/b.h"}, {"x/b.h", "y/a.h"}}).empty());
}

TEST_CASE("a cycle of boxes is found, also where no unit is in one") {
  CHECK(CyclesOf({{"x/a.cc", "y/b.h"}, {"y/c.cc", "x/d.h"}}) ==
        "x/a.cc:1: cycle: x -> y (x/a.cc:1) -> x (y/c.cc:1)\n");
  // A folder inside another folder is a box of its own.
  CHECK(CyclesOf({{"x/a.cc", "x/y/b.h"}, {"x/y/c.cc", "x/d.h"}}) ==
        "x/a.cc:1: cycle: x -> x/y (x/a.cc:1) -> x (x/y/c.cc:1)\n");
  CHECK(CyclesOf({{"x/a.cc", "y/b.h"}, {"y/c.cc", "z/d.h"}, {"x/e.cc", "z/d.h"}}).empty());
  // An include inside a comment does not count.
  const std::vector<Source> tree = {MakeSource("x/a.h", "#include \"x/b.h\"\n"),
                                    MakeSource("x/b.h", "// #include \"x/a.h\"\n")};
  CHECK(CheckCycles(tree).empty());
}

TEST_CASE("a citation that leads nowhere is found") {
  const Citable citable = CitableIn({
      MakeSource("test/contract/rules.txt", "# Z-01 is no row\n= D | title\nD-261 a rule\n"),
      MakeSource("docs/use.md", "# Use\n```\n# a comment\n```\n## What it can't do\n"),
      MakeSource("docs/design/002-single-steps.md", "# 002\n"),
  });
  const Planted row = GENERATE(values<Planted>({
      {"controller/a.h", "// Rounds up (D-261).\n", ""},
      {"controller/a.h", "// Rounds up (D-262).\n", "citation"},
      {"controller/a.h", "// Rounds up (Z-01).\n", "citation"},
      {"controller/a.h", "// From D-261…D-263.\n", "citation"},
      {"test/sim/a_test.cc", "Proves(\"D-261 X-999\");\n", "citation"},
      {"test/e2e/a_test.sh", "# proves: E2E-99b\n", "citation"},
      {"controller/a.cc", "// UTF-8, KEP-5504, FNV-1a, P-256, web-D-262\n", ""},
      {"controller/a.h", "// docs/use.md says how; so does use.md.\n", ""},
      {"controller/a.h", "// docs/abuse.md says how.\n", "citation"},
      {"README.md", "[use](docs/use.md)\n", ""},
      {"README.md", "[use](use/use.md)\n", "citation"},
      {"docs/b.md", "[use](use.md) [why](design/002-single-steps.md)\n", ""},
      {"docs/b.md", "[why](https://example.org/why.md)\n", ""},
      {"docs/b.md", "[use](use.md#what-it-cant-do)\n", ""},
      {"docs/b.md", "[use](use.md#a-comment)\n", "citation"},
      {"docs/use.md", "[above](#use)\n", ""},
      {"docs/use.md", "[above](#above)\n", "citation"},
      {"tools/a.sh", "cat \"$root/CHANGES.md\"\n", ""},
      {"controller/a.h", "// docs/design/002, and 002-single-steps.\n", ""},
      {"controller/a.h", "// docs/design/003.\n", "citation"},
      {"controller/a.h", "// 003-double-steps.\n", "citation"},
      {"controller/a.h", "// RFC 9110 §5.6.2.\n", ""},
      {"controller/a.h", "// architecture §3.\n", "citation"},
      {"controller/a.h", "// contract section 3.\n", "citation"},
      {"controller/a.h", "// architecture, decision 9\n", "citation"},
      {"controller/a.h", "// Each section is about one thing.\n", ""},
      {"controller/a.h", "// in-place C.9\n", "citation"},
      {"controller/a.h", "// X.509, ABC.9\n", ""},
      {"docs/rules/D.md", "D-262\n", ""},
  }));
  CAPTURE(row.path, row.text);
  const std::vector<Finding> findings = CheckCitations(MakeSource(row.path, row.text), citable);
  CHECK((findings.empty() ? "" : findings.front().rule) == row.rule);
}

}  // namespace
}  // namespace windlass::tidy::tidy_test
