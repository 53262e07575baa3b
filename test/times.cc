// Reports how long each test case took. When the program ends, it writes a line "SECONDS NAME" for
// each into the folder $WINDLASS_TIMES (tools/test.sh), in a file with the program's name.
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <string>
#include <utility>
#include <vector>

#include "test/catch_listener.h"

namespace windlass {
namespace {

class TimesListener : public CatchListener {
 public:
  using CatchListener::CatchListener;

  void testRunStarting(const Catch::TestRunInfo& run) override {
    CatchListener::testRunStarting(run);
    program_ = std::string(run.name.data(), run.name.size());
  }

  void testCaseStarting(const Catch::TestCaseInfo& test) override {
    CatchListener::testCaseStarting(test);
    seconds_ = 0;
    depth_ = 0;
  }

  void sectionStarting(const Catch::SectionInfo& section) override {
    CatchListener::sectionStarting(section);
    ++depth_;
  }

  // The outermost section is the test case. It ends once for each path through its sections.
  void sectionEnded(const Catch::SectionStats& stats) override {
    if (--depth_ == 0) seconds_ += stats.durationInSeconds;
    CatchListener::sectionEnded(stats);
  }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    if (std::getenv("WINDLASS_TIMES")) cases_.emplace_back(seconds_, NameOf(stats));
    CatchListener::testCaseEnded(stats);
  }

  void testRunEnded(const Catch::TestRunStats& stats) override {
    if (const char* folder = std::getenv("WINDLASS_TIMES")) {
      std::ofstream report(std::string(folder) + "/" + program_);
      for (const auto& [seconds, name] : cases_) {
        report << std::fixed << std::setprecision(3) << seconds << ' ' << program_ << ": " << name
               << '\n';
      }
    }
    CatchListener::testRunEnded(stats);
  }

 private:
  std::string program_;
  int depth_ = 0;
  double seconds_ = 0;  // of the running test case
  std::vector<std::pair<double, std::string>> cases_;
};

CATCH_REGISTER_LISTENER(TimesListener)

}  // namespace
}  // namespace windlass
