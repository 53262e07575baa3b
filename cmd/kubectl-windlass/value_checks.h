// What the values of flags must be. Each check returns "" or, for a value that is wrong, what is
// wrong with it and what to write instead.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace windlass::cli {

// "30s", "1m30s", or "0".
std::string CheckDuration(const std::string& text);
// A whole number of seconds that is not negative.
std::string CheckSeconds(const std::string& text);
// A number of Pods or a percentage, neither of them negative: "1", "25%".
std::string CheckLimit(const std::string& text);
// 0, or the number of a revision.
std::string CheckRevision(const std::string& text);
// "json", "yaml" or "name". Names the command for kubectl's other formats.
std::string CheckOutput(const std::string& text);
// Returns the check that a value is one of `words`.
std::function<std::string(const std::string&)> OneOf(std::vector<std::string> words);

}  // namespace windlass::cli
