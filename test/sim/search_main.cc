// Searches for walks that break an invariant, from seeds that were never tried before:
//
//   search SECONDS [SEED] [--lean]    walks for so long, from a seed taken from the clock
//   search --seed SEED [--lean]       walks one seed; prints the end of its trace if it fails
//   search --replay FILE              walks a plan
//   search --plan SEED [--lean]       prints the plan of a seed
//
// With --trace, --seed and --replay print every fact of the walk. Of two seeds one is lean, unless
// --lean makes all of them so. Each plan that fails is printed, made smaller and written to the
// present folder (search_shrink.h); for that a search goes on for kShrinkMax at most. Exits with 1
// if one failed, or if a walk does not end.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "kubeclient/base/clock.h"
#include "test/sim/search_shrink.h"
#include "test/sim/search_walk.h"

namespace windlass::sim {
namespace {

constexpr Duration kShrinkMax = seconds(60);  // for each plan, and after the end of the search
// Plans of one invariant that are made smaller; more tell nothing new.
constexpr int kShrunkOfOneMax = 3;

MonotonicTime RealTime() { return SystemClock().Now(); }

// The time that this process has computed: what else runs on the machine does not count.
Duration Computed() {
  return Duration(static_cast<int64_t>(static_cast<double>(std::clock()) / CLOCKS_PER_SEC * 1e9));
}

double Seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

std::string BrokenBy(const Plan& plan) {
  SearchWalk walk(plan);
  walk.Go();
  return walk.broken();
}

bool WalkTraced(const Plan& plan, bool all) {
  SearchWalk walk(plan, /*traced=*/true);
  if (all) {
    walk.world().loop().trace().on_fact = [](const std::string& line) {
      std::printf("%s\n", line.c_str());
    };
  }
  const std::string wrong = walk.Go();
  std::printf("%s\n%llu calls and streams met a fault, %llu writes, trace %016llx\n",
              wrong.empty() ? "nothing is wrong" : wrong.c_str(),
              static_cast<unsigned long long>(walk.struck()),
              static_cast<unsigned long long>(walk.writes()),
              static_cast<unsigned long long>(walk.world().trace_hash()));
  if (!wrong.empty() && !all) std::printf("%s", walk.world().loop().trace().LastLines().c_str());
  return wrong.empty();
}

// What a signal handler prints: which plan's walk has not ended.
std::string g_walking;

// A walk takes a second. One that does not end at all would otherwise say nothing.
void GiveUp(int) {
  constexpr std::string_view kText = "search: the walk of this plan does not end:\n";
  const bool written = write(STDOUT_FILENO, kText.data(), kText.size()) > 0 &&
                       write(STDOUT_FILENO, g_walking.data(), g_walking.size()) > 0;
  _exit(written ? 1 : 2);
}

class Search {
 public:
  Search(Duration length, uint64_t first, bool lean)
      : end_(RealTime() + length), first_(first), lean_(lean) {
    std::signal(SIGALRM, &GiveUp);
    alarm(static_cast<unsigned>((length + 2 * kShrinkMax) / seconds(1)));
  }

  int Run() {
    std::printf("search: first seed %llu\n", static_cast<unsigned long long>(first_));
    std::fflush(stdout);
    uint64_t seed = first_;
    for (; RealTime() < end_; ++seed) Walk(seed);
    const Duration walking = Computed() - shrinking_;
    std::printf(
        "search: %llu seeds from %llu, %.1f a second and core, %llu writes judged, %llu faults "
        "met, "
        "%d seeds failed\n",
        static_cast<unsigned long long>(seed - first_), static_cast<unsigned long long>(first_),
        static_cast<double>(seed - first_) / Seconds(walking),
        static_cast<unsigned long long>(writes_), static_cast<unsigned long long>(struck_),
        failed_);
    for (const auto& [invariant, count] : broken_) {
      std::printf("search: %d times %s\n", count, invariant.c_str());
    }
    return failed_ == 0 ? 0 : 1;
  }

 private:
  void Walk(uint64_t seed) {
    const Plan plan = DrawPlan(seed, lean_ || seed % 2 == 0);
    g_walking = TextOf(plan);
    SearchWalk walk(plan);
    const std::string wrong = walk.Go();
    writes_ += walk.writes();
    struck_ += walk.struck();
    if (wrong.empty()) return;
    ++failed_;
    const int times = ++broken_[walk.broken()];
    std::printf("seed %llu breaks %s\n", static_cast<unsigned long long>(seed),
                wrong.substr(0, 1500).c_str());
    std::fflush(stdout);
    if (times <= kShrunkOfOneMax) Shorten(plan, walk.broken());
  }

  void Shorten(const Plan& plan, const std::string& invariant) {
    const Duration begin = Computed();
    const auto time_is_over = [&] {
      return Computed() - begin > kShrinkMax || RealTime() > end_ + kShrinkMax;
    };
    const Shrunk shrunk = Shrink(plan, invariant, &BrokenBy, time_is_over);
    shrinking_ += Computed() - begin;
    const std::string file = "search-" + std::to_string(plan.seed) + "-" + invariant + ".txt";
    std::ofstream(file) << "# breaks " << invariant << "\n" << TextOf(shrunk.plan);
    std::printf("  made smaller in %d walks%s, and written to %s:\n%s", shrunk.walks,
                shrunk.in_time ? "" : ", until the time was over", file.c_str(),
                TextOf(shrunk.plan).c_str());
    std::fflush(stdout);
  }

  const MonotonicTime end_;
  const uint64_t first_;
  const bool lean_;
  Duration shrinking_{0};
  uint64_t writes_ = 0;
  uint64_t struck_ = 0;
  int failed_ = 0;
  std::map<std::string, int> broken_;
};

int Replay(const char* file, bool all) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  const Result<Plan> plan = ParsePlan(text.str());
  if (!plan.ok()) {
    std::fprintf(stderr, "search: %s: %s\n", file, plan.error().message.c_str());
    return 2;
  }
  return WalkTraced(*plan, all) ? 0 : 1;
}

// A seed that no run before has had: microseconds since 1970.
uint64_t FreshSeed() { return static_cast<uint64_t>(SystemClock().WallMicros()); }

int Main(int count, char** arguments) {
  bool lean = false;
  bool trace = false;
  std::vector<std::string> words;
  for (int i = 1; i < count; ++i) {
    const std::string word = arguments[i];
    if (word == "--lean") {
      lean = true;
    } else if (word == "--trace") {
      trace = true;
    } else {
      words.push_back(word);
    }
  }
  const auto number = [&](size_t i) { return std::strtoull(words[i].c_str(), nullptr, 10); };
  if (words.size() == 2 && words[0] == "--replay") return Replay(words[1].c_str(), trace);
  if (words.size() == 2 && (words[0] == "--seed" || words[0] == "--plan")) {
    const Plan plan = DrawPlan(number(1), lean || number(1) % 2 == 0);
    if (words[0] == "--seed") return WalkTraced(plan, trace) ? 0 : 1;
    std::printf("%s", TextOf(plan).c_str());
    return 0;
  }
  if (words.empty() || words.size() > 2 || words[0].starts_with("--")) {
    std::fprintf(stderr, "usage: search SECONDS [SEED] [--lean] | search --replay FILE\n");
    return 2;
  }
  const uint64_t first = words.size() == 2 ? number(1) : FreshSeed();
  return Search(seconds(static_cast<int64_t>(number(0))), first, lean).Run();
}

}  // namespace
}  // namespace windlass::sim

int main(int count, char** arguments) { return windlass::sim::Main(count, arguments); }
