"""Running and scoring work that nobody has read.

A submission is executed in a sandbox, in a process that never holds a check or a right answer. The scorer calls its
functions across a pipe and judges what comes back with the checks of the exercises. Nothing is unpickled.

errors      what an instructor is told in a sentence
protocol    values and messages as length-prefixed JSON, read as coming from an opponent
worker      what runs inside the sandbox: IPython, and an ear for the pipe
sandbox     bubblewrap, and the limits without which nothing is graded
student     a submission at work: its cells run and its functions called, each within its time
submission  what was handed in, rebuilt from the release
assignment  questions, and the checks that no student sees
scoring     a submission judged question by question, in words that give nothing away
question_texts  the points and minutes that the texts promise, and the rubrics
audit       the proof that an assignment can be released
classroom   a class folder, laid out as nbgrader's, and where each thing stands in it
marks       what the machine found in one submission, as a record that outlives the run
origin      a folder or an archive from an LMS, listed and read as coming from an opponent
collecting  what was handed in, from there into the class
marking     every submission graded, several at a time, and resumed after a crash
gradebook   nbgrader's gradebook, opened
database    where the class's configuration says that it stands, with nbgrader's tables in it
book        assignments released into it, marks recorded in it by whole submissions, results read from it
releasing   a release made with nbgrader, the old one left until the new stands
results     what a student has reached by machine and by hand, and the table of it for an LMS
inside_nbgrader  what of nbgrader is replaced: stubs, and the running of student code, which is refused
safe_text   what others have written, shown so that nothing in it runs
feedback    a page for each student, without anything in it that runs
summary     a class by question: what to teach again
variants    an assignment with other questions and other data, for a class of one's own
"""
