// Which rules of the contract a test proves, told from where it runs: a row of a table that was not
// reached, or a case that failed, proves nothing. docs/rules is made of it.
#pragma once

#include <string_view>

namespace windlass {

// Every rule id in `text` ("X-70 scale up", "D-161 D-164") is proved by the running test case,
// provided that it passes. Called in the row, after its last check. Core thread of a test program.
//
// At the end of a run the program writes the file that $WINDLASS_PROVED names, if it is set: a line
// "rule<TAB>test case" for each. ctest sets it, to build/<preset>/proved/<name of the test>; a run
// by hand with a filter thus leaves the report alone. tools/rules.sh reads them.
void Proves(std::string_view text);

}  // namespace windlass
