// Reads expected/NAME.txt of test/differential, which tells what changed from step to step. Its
// README describes the format.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace windlass::sim {

// Returns the subject of a line of a state: the words before its values.
std::string SubjectOf(const std::string& line);

// Returns the text of a file, with the steps of begin/NAME.txt in place of a first line "begins as
// NAME". Without that file these steps are missing.
std::string ReadExpected(const std::filesystem::path& file);

// Returns for each step its title "step N: TEXT", then the lines of the whole state. Throws
// std::invalid_argument with the line if a change does not fit the state before it.
std::vector<std::vector<std::string>> ParseExpected(const std::string& text);

}  // namespace windlass::sim
