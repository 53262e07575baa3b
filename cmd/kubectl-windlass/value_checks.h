// What the values of flags must be. A check returns "" if the value is right. Otherwise it returns
// what is wrong and what to write instead.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace windlass::cli {

// The text must be a duration, "30s" or "1m30s", or "0".
std::string CheckDuration(const std::string& text);
// The text must be a whole number of seconds that is not negative.
std::string CheckSeconds(const std::string& text);
// The text must be a number of Pods or a percentage, neither of them negative: "1", "25%".
std::string CheckLimit(const std::string& text);
// The text must be 0, or the number of a revision.
std::string CheckRevision(const std::string& text);
// The text must be "json", "yaml" or "name". For kubectl's other formats, the error names kubectl
// get.
std::string CheckOutput(const std::string& text);
// Returns the check that a value is one of `words`.
std::function<std::string(const std::string&)> OneOf(std::vector<std::string> words);

}  // namespace windlass::cli
