// How a command of kubectl-windlass ended, and what a test expects of it:
//
//   CHECK(run.Run("pause web") == Done("deployment.apps/web paused\n"));
//   CHECK(run.Run("undo web") == Ends(ExitCode::kHeld, "error: …resume it first…"));
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "cmd/kubectl-windlass/exit_code.h"

namespace windlass::cli {

// What a command wrote, and how it ended.
struct Ran {
  ExitCode code = ExitCode::kDone;
  std::string out;
  std::string messages;
};

// What a Ran must be. In the texts, "…" stands for any text, also for none.
struct Wanted {
  ExitCode code = ExitCode::kDone;
  std::string out;
  std::string messages;
};

inline Wanted Done(std::string out, std::string messages = "…") {
  return {ExitCode::kDone, std::move(out), std::move(messages)};
}
inline Wanted DoneSaying(std::string messages) { return Done("…", std::move(messages)); }
inline Wanted Ends(ExitCode code, std::string messages, std::string out = "…") {
  return {code, std::move(out), std::move(messages)};
}

// Returns whether `text` is `wanted`, in which "…" stands for any text.
inline bool IsAsWanted(std::string_view text, std::string_view wanted) {
  constexpr std::string_view kAny = "…";
  size_t any = wanted.find(kAny);
  if (any == wanted.npos) return text == wanted;
  if (!text.starts_with(wanted.substr(0, any))) return false;
  text.remove_prefix(any);
  for (;;) {
    wanted.remove_prefix(any + kAny.size());
    any = wanted.find(kAny);
    if (any == wanted.npos) return text.ends_with(wanted);
    const size_t found = text.find(wanted.substr(0, any));
    if (found == text.npos) return false;
    text.remove_prefix(found + any);
  }
}

inline bool operator==(const Ran& ran, const Wanted& wanted) {
  return ran.code == wanted.code && IsAsWanted(ran.out, wanted.out) &&
         IsAsWanted(ran.messages, wanted.messages);
}

// For Catch2, which prints both if they differ.
template <typename Ending>
  requires std::is_same_v<Ending, Ran> || std::is_same_v<Ending, Wanted>
std::ostream& operator<<(std::ostream& to, const Ending& ending) {
  return to << "exit code " << Number(ending.code) << "\n--- out:\n"
            << ending.out << "--- messages:\n"
            << ending.messages;
}

}  // namespace windlass::cli
