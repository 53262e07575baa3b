#include "test/proves.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <utility>

#include "test/catch_listener.h"

namespace windlass {
namespace {

// Returns the words that the running test case has reported.
std::set<std::string>& Told() {
  static std::set<std::string> told;
  return told;
}

bool IsWordByte(char byte) { return std::isalnum(static_cast<unsigned char>(byte)) != 0; }

// Returns true for "D-161" and "E2E-03b": a capital letter first, and a digit after the dash.
bool IsRule(std::string_view word) {
  const size_t dash = word.find('-');
  return dash != std::string_view::npos && dash > 0 && dash + 1 < word.size() &&
         std::isupper(static_cast<unsigned char>(word[0])) != 0 &&
         std::isdigit(static_cast<unsigned char>(word[dash + 1])) != 0;
}

class ProofListener : public CatchListener {
 public:
  using CatchListener::CatchListener;

  // Removes the report of an earlier run, in case this run ends too early to write its own.
  void testRunStarting(const Catch::TestRunInfo& run) override {
    CatchListener::testRunStarting(run);
    if (const char* path = Path()) std::remove(path);
  }

  void testCaseStarting(const Catch::TestCaseInfo& test) override {
    CatchListener::testCaseStarting(test);
    Told().clear();
  }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    if (stats.totals.assertions.failed == 0) {
      for (const std::string& rule : Told()) proved_.emplace(rule, NameOf(stats));
    }
    CatchListener::testCaseEnded(stats);
  }

  void testRunEnded(const Catch::TestRunStats& stats) override {
    if (const char* path = Path()) {
      std::ofstream report(path);
      for (const auto& [rule, test] : proved_) report << rule << '\t' << test << '\n';
    }
    CatchListener::testRunEnded(stats);
  }

 private:
  static const char* Path() { return std::getenv("WINDLASS_PROVED"); }

  std::set<std::pair<std::string, std::string>> proved_;
};

CATCH_REGISTER_LISTENER(ProofListener)

}  // namespace

void Proves(std::string_view text) {
  size_t begin = 0;
  while (begin < text.size()) {
    size_t end = begin;
    while (end < text.size() && (IsWordByte(text[end]) || text[end] == '-')) ++end;
    const std::string_view word = text.substr(begin, end - begin);
    if (IsRule(word)) Told().emplace(word);
    begin = end + 1;
  }
}

}  // namespace windlass
