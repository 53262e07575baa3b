// A source file as the tidy rules see it: its lines, and its lines without comments and literals.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace windlass::tidy {

struct Source {
  std::string path;  // from the root of the repository, with forward slashes
  std::vector<std::string> lines;
  // The same lines, but in C++ files without comments, and with every string and character literal
  // emptied. So a word in a comment or in a message is not taken for code.
  std::vector<std::string> code;
};

Source MakeSource(std::string path, std::string_view text);

// Returns every text file of the repository: C++, Go, CMake, shell, make, Markdown, YAML, JSON and
// plain text. Leaves out build folders and .git.
std::vector<Source> ReadTree(const std::filesystem::path& root);

// Decide by the file's name: a file that is compiled as C++, and a header.
bool IsCpp(std::string_view path);
bool IsHeader(std::string_view path);

struct Include {
  std::string path;
  bool quoted = false;
};

// Returns the include in a line, lines counted from 0; its path is "" if the line includes no file.
Include IncludeOf(const Source& source, size_t line);

}  // namespace windlass::tidy
