// get of a Rollout: its steps, and during an abort what runs and what was asked for.
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli::rollout_tree_test {
namespace {

constexpr const ResourceId& kRollouts = resources::kRollouts;

// Returns the line of `text` that begins with `begin`, without what follows two spaces at its end.
std::string LineOf(const std::string& text, const std::string& begin) {
  size_t at = text.starts_with(begin) ? 0 : text.find('\n' + begin);
  if (at == std::string::npos) return "";
  if (at > 0) ++at;
  return text.substr(at, text.find('\n', at) - at);
}

TEST_CASE("get never counts a step above the last one") {
  struct Row {
    int step;
    std::string text;
  };
  const Row row = GENERATE(values<Row>(
      {{1, "Step       1 of 2"}, {2, "Step       2 of 2"}, {3, "Step       2 of 2 done"}}));
  KubectlRun run;
  const std::string phase = row.step == 3 ? "Paused" : "Progressing";
  CreateRolloutAtStep(run, row.step, nullptr, [&](Json& status) { status["phase"] = phase; });
  for (const auto& command : std::vector<std::vector<std::string>>{
           {"get", "wro/web"}, {"get"}, {"status", "wro/web", "--timeout=1s"}}) {
    CAPTURE(row.step, command);
    const Ran ran = run.Run(command);
    CHECK(ran.out.find("3 of 2") == std::string::npos);
    CHECK(ran.messages.find("3 of 2") == std::string::npos);
  }
  CHECK(LineOf(run.Run({"get", "wro/web"}).out, "Step") == row.text);
}

}  // namespace
}  // namespace windlass::cli::rollout_tree_test
