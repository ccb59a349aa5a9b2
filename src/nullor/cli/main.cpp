#include "nullor/cli/app.h"

int main(int argc, char** argv) { return nullor::run_command_line(argc, argv); }
