# Writes OUTPUT from INPUT with VERSION, OPTIONS and the commit of FOLDER, which COMMIT may name
# where there is no git. Runs in every build, since nothing else tells of a new commit, and leaves
# the file alone where it says so already: then nothing is compiled or linked anew.
if(NOT COMMIT)
  execute_process(COMMAND git -C ${FOLDER} rev-parse --short=12 HEAD
                  OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(failed)
    set(COMMIT unknown)
  else()
    execute_process(COMMAND git -C ${FOLDER} diff --quiet HEAD -- RESULT_VARIABLE changed ERROR_QUIET)
    if(changed)
      string(APPEND COMMIT +)
    endif()
  endif()
endif()
configure_file(${INPUT} ${OUTPUT} @ONLY)
