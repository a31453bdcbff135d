<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>ActionField</name>
    <message>
        <source>Fill this in first.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ActionFields</name>
    <message>
        <source>Left button</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right button</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Middle button</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Double click</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Button</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause, or resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gest&amp;ures</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Advice</name>
    <message>
        <source>Looking…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You are in view.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn to the camera: your shoulders are seen from the side.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody is in view. Come before the camera, or nearer to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture is black. Uncover the camera, or turn on a light.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is too dark. Turn on a light in front of you.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is too bright: your face is washed out. Dim the light.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The light is behind you. Put a lamp before you, or close the curtain.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The light is good.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A recording without pictures: light does not matter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move back a little: your shoulders fill the picture.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Come nearer: you are small in the picture.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The distance is fine. To stretch both arms out, move back a little.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The distance is good.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Raised hands would leave the picture. Tilt the camera up, or move back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only your head and shoulders are in view. Tilt the camera down.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move a little to your left, so that both hands fit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move a little to your right, so that both hands fit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your hands are out of view. That is fine while they rest.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Head and arms fit. Your hips need not be in view.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your head and arms fit in the picture.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures come too slowly: gestures are missed. More light often helps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures come slowly. Make quick gestures a little slower.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures come fast enough.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One of you is obeyed: the one with the bright skeleton.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody else is in view.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>App</name>
    <message>
        <source>Keep recognising gestures without the window?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GesturePose can go on in the tray. Its menu has Pause and Quit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keep running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Remember my answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No camera was found, so this is the demo clip: a rendered person, whose gestures do nothing to your computer. Connect a camera; it is used as soon as it is there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mapping: {file}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> (process {pid})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The other copy{process} has ended. Practice stays on until you end it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End practice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another copy{process} is acting, so this one only practises. Stop that one first to have gestures act here.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>AppFilter</name>
    <message>
        <source>Only in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Part of the title or program&apos;s name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>part of the title or program, such as gimp</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parts of titles or programs&apos; names, one a line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>one name a line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Anywhere</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Browsers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Several programs…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another program…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} (open now)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plain text, upper or lower case; a pattern stands between slashes: /a|b/</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plain text, one name a line; any of them will do</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>AppPanel</name>
    <message>
        <source>The app</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Look</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask me</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep watching, in the tray</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When the window is &amp;closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start when I log &amp;in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start pa&amp;used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>P&amp;ractice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything is recognised, and nothing done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the guided start again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Camera, light and first gestures, step by &amp;step</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ApplicationPicker</name>
    <message>
        <source>Pick a program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search programs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Programs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for programs…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Another program…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No such program. Use “Another program…”.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>BindingEditor</name>
    <message>
        <source>On</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whether this row is used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Repeat while held, every</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seconds between repeats</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>such as Zoom in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When &amp;you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;the computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Only in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Called (a &amp;name of your own)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} (switched off)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another row runs a command; delete that row first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is added as soon as the action is complete.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>BindingModel</name>
    <message>
        <source>When you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>browsers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{gesture}: {action}, in {app}, {state}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>BindingTable</name>
    <message>
        <source>Mapping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Space switches a row on or off, Enter edits it, Alt with arrows moves it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>BodyWords</name>
    <message>
        <source>left eye</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>right eye</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>both eyes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>left ear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>right ear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>both ears</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>left shoulder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>right shoulder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>both shoulders</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>left elbow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>right elbow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>both elbows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>left wrist</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>right wrist</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>both wrists</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>left hip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>right hip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>both hips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>left knee</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>right knee</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>both knees</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>left ankle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>right ankle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>both ankles</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>where the hand rests</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>where the hands rest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>middle of the chest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hips</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CheckPage</name>
    <message>
        <source>Light and distance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sit or stand as you will use it, arms free.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Place in the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All is well. You can go on.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ChoiceAction</name>
    <message>
        <source>Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose one first.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ChordAction</name>
    <message>
        <source>&amp;Shortcut</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Record a shortcut first.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ChordField</name>
    <message>
        <source>Shortcut</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press the keys together. Esc stops.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press the keys now…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>click to change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click, then press keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording: press the keys together, Escape stops</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}. Press Enter to record another</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For Backspace itself, choose “Type it”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This key has no name here. Choose “Type it”.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CloseAction</name>
    <message>
        <source>Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The window in front</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A window of this program, or with this title</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>part of the title or program, such as firefox</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Part of the title or program&apos;s name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say which window first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plain text, upper or lower case; a pattern stands between slashes: /a|b/. Of several such windows the one in front is closed, or none.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CommandField</name>
    <message>
        <source>Allow gestures to run co&amp;mmands</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DonePage</name>
    <message>
        <source>That is all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To change what a gesture does</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the page Mapping. Changes count at once, and can be undone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To try without doing anything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch on Practice, on top: all is recognised, nothing is performed. This guide was practice; from Start on, gestures act.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the button Pause, on top</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the icon in the tray</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the keys {keys}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the gesture {gesture}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FieldList</name>
    <message>
        <source>{title} ({count})</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FirstRun</name>
    <message>
        <source>Step {step} of {count}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Co&amp;ntinue anyway</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Going on in {seconds} …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Or raise your right hand to start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Or raise your right hand to go on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is a recorded person, not you.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;tay here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stops going on by itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;kip the guide</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FolderMapping</name>
    <message>
        <source>Use the mapping of this folder? {path} has {does}, which would happen on this computer. Until you say so it does nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Don&apos;t use it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} actions ({kinds})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 action ({kinds})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, one of which starts a program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, {count} of which start programs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no actions</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>GestureEditor</name>
    <message>
        <source>&amp;Recognise this gesture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset this gesture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give it back the values it came with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No gesture chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose one in the list to tune it to your own body.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switched off: your own values are shown while it is on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your own values appear here while you are seen and obeyed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognised.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resting; it counts again in a moment.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Still missing: {what}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>GestureFields</name>
    <message>
        <source>seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>shoulder widths</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>shoulder widths per second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of the travel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of its top speed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>degrees</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>strokes, to and fro</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold it for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Counts as left after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rest before it counts again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Travel of the hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Swings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time for the movement</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drift to the side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top speed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed at the start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed left at the end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stillness before the movement</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stillness after the movement</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Length of each swing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far the hands part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far the hands close in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} above {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} below {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} to your left of {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} to your right of {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} further out than {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} near {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} away from {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bend of {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} still</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>elbow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>shoulder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>knee</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>foot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>eye</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hand at rest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the hips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the middle of the chest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the nose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>left {part}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>right {part}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the {part}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the other {part}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where it ends</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where it starts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The posture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed and pauses</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>GestureList</name>
    <message>
        <source>Gestures</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>GestureTrial</name>
    <message>
        <source>Not yet: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recognised</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try it now</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ctrl+{number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>P&amp;ractice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything is recognised, nothing is performed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>▶  Resu&amp;me</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>❚❚  &amp;Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume gestures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause gestures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gestures count again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No gesture does anything until you resume</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Kinds</name>
    <message>
        <source>Press a shortcut</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold keys down while I hold the posture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press a media key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close a window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a web page or file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scroll</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click the mouse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the pointer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type a text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show a notification</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause or resume gestures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run a command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Te&amp;xt to type</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Te&amp;xt to show</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LaunchAction</name>
    <message>
        <source>name of a program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>usually none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ar&amp;guments</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arguments, or a program named by its path, are a command. It does whatever it says, without asking. An installed program by its name needs no leave.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Commands are not allowed yet; tick the box to allow them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a program first; quotes come in pairs.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LiveSlider</name>
    <message>
        <source>Reset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>at least, {unit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>at most, {unit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Now: not visible</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Now {value}: {verdict}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last try {value}: {verdict}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>too little</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>too much</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LogPage</name>
    <message>
        <source>What happened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing has happened yet. Make a gesture.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy all lines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C&amp;lear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget all lines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept in memory only, never on disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{}: broken off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{action}: failed since, {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{action}: not done, {reason}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Watch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mapping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures stay in memory and are never stored or sent. The camera is released when paused.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{file} saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{why} It is tried again by itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused: screen locked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The camera is released until the screen is unlocked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The camera is released. No gesture does anything.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Meanwhile you can watch the demo clip, or choose another source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play the demo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Camera lost</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Watching</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> (and {count} more)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mapping has a mistake; the last good one stays in use. {problem}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MappingPage</name>
    <message>
        <source>&amp;Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>D&amp;uplicate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move up (Alt+Up)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move down (Alt+Down)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tr&amp;y in 3 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does it once, in whatever window is in front by then; “only in” is ignored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;What would it do?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No gesture does anything yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add the first one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a row to change it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is {file}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Complete the action first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This acts on GesturePose itself; make the gesture to try it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bring the window it should act on to the front. “Only in” is ignored.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing yet: complete the action first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It would {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, if the window in front matches {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>; but it is switched off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} … Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>N{CHECK MARK} Done.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not done: {}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MoveAction</name>
    <message>
        <source>To the &amp;right (pixels)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say how far the pointer moves. Negative goes left, or up.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NetworkPanel</name>
    <message>
        <source>Finding people</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Following &amp;you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looks where you are; everybody else is looked for now and then</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic: the fastest that works</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NVIDIA graphics (CUDA)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NVIDIA graphics (TensorRT)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Graphics on Windows (DirectML)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apple (Core ML)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs &amp;on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the network prefers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Detail</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More finds people further away; less is faster</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{device} - not on this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size} MB, up to {people} people, licence {licence}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same network, in every picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size} pixels</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>OpenAction</name>
    <message>
        <source>&amp;Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Web page or f&amp;ile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To open a program is to run it. It does whatever it says, without asking.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Commands are not allowed yet; tick the box to allow them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give a web page or a file first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PausePanel</name>
    <message>
        <source>Pause and privacy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No pause keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Pause keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause and resume from any window, where the system allows it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Let go of the camera after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seconds of pause; its lamp goes out then. Not when paused by a gesture, which has to be seen to resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures are looked at on this computer, one at a time, and forgotten. None is stored, and nothing is sent anywhere. What is kept: your settings, and gestures.toml.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They do nothing: {why}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PeoplePanel</name>
    <message>
        <source>People</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Always</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only after the wake gesture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Gestures count</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With the wake gesture, everyday movement does nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Stays awake for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seconds after the last gesture, when the wake gesture is needed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Who is largest in the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Who came first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Who makes the wake gesture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Obeyed among several</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One person is obeyed; whatever others do is ignored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Wake gesture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The first time it only wakes, or takes the control over</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Preview</name>
    <message>
        <source>Off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No camera is watched.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The camera is not there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is tried again by itself until it is back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing can be watched</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another camera or file in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You are in control</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Practice: nothing is performed</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ProblemBanner</name>
    <message>
        <source>Errors of the mapping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the &amp;file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>N{WARNING SIGN} {file} has an error. The mapping before it stays in use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>N{WARNING SIGN} {file} has {count} errors. The mapping before them stays in use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No program opens it from here; edit {}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RunAction</name>
    <message>
        <source>Let the s&amp;hell read it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A command does whatever it says, without asking. It cannot be taken back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Co&amp;mmand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Commands are not allowed yet; tick the box to allow them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write a command first; quotes come in pairs.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ScrollAction</name>
    <message>
        <source>Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Direction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>lines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a direction first.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ShortcutRecorder</name>
    <message>
        <source>such as ctrl+shift+t</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shortcut as text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>T&amp;ype it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the keys instead of pressing them</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SourcePanel</name>
    <message>
        <source>Camera</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Watch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address of a network camera</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Address of a network camera or a phone&apos;s camera app, with rtsp or http</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No camera found. Plug one in, and it appears here by itself. Until then:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play the &amp;demo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Picture &amp;size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>640 x 480 is plenty up close; larger helps from across the room</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures per second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The camera&apos;s picture comes &amp;mirrored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Raise your right hand. The preview works like a mirror: the hand should go up on the right. If it goes up on the left, change this.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Turn the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For a camera that hangs on its side or upside down: you should stand upright in the preview.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Video file or recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Videos and recordings (*.mp4 *.mov *.mkv *.avi *.webm *.jsonl);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Demo clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Video file or recording...</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Network address...</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose what to watch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Camera {name} (not connected)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{rate} per second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As it comes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Upside down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{degrees}° clockwise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>an address starts with rtsp://, http:// or https://</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StatePill</name>
    <message>
        <source>Off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Camera</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Frames per second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Network time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the network runs on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dropped frames</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mapping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Camera {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{source} · off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{rate} fps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>network {ms} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} dropped</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TextAction</name>
    <message>
        <source>Write the text first.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>&amp;Pause gestures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Show the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GesturePose: {state}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Resume gestures</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TryPage</name>
    <message>
        <source>Try three gestures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is practice: nothing is performed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No gesture is switched on.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WaysOut</name>
    <message>
        <source>Pause with the Pause button, in the tray or with the gesture “{gesture}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause with the Pause button or in the tray.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause with the Pause button or with the gesture “{gesture}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause with the Pause button.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The pause keys do nothing: {problem}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Welcome</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move before your camera and your computer follows: raise a hand, sweep it, part your hands.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which camera sees you?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No camera was found. Connect one, or look at the demo meanwhile.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Look again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looks for cameras again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures stay in memory and are never stored or sent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You can pause at any time, and the camera is let go.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Demo: a recorded person</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WhyNot</name>
    <message>
        <source>At the start: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At the end: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} {gap} too low</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} {gap} too high</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} {gap} too far right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} {gap} too far left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} {gap} too far in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} {gap} too far from {other}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} {gap} too close to {other}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep still: {point}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} above {other}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} below {other}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} left of {other}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} right of {other}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} further out than {other}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} near {other}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} away from {other}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>angle at {point}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{point} still</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>straighten the arm: {point} {gap}° too bent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bend the arm: {point} {gap}° too straight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>move further: {value} of {limit} shoulder widths</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>straighter: {value} of {limit} shoulder widths went the right way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the start of the movement was not seen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>too short a jerk: {value} s, at least {limit} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the hand jumped: seen badly</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>faster: {value} of {limit} shoulder widths a second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>straighter: {value} shoulder widths sideways, at most {limit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>start from a stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep still just before it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>move both hands alike</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep the other hand still</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stop at the end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stay there for a moment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep going: {value} of {limit} strokes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not seen for long enough yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hold it: {value} of {limit} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>resting after the last one: {gap} s left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused: gestures do nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody in view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To take control: {wake}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To wake it: {wake}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody is in control</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One moment…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting for whoever was in control</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your shoulders are not in view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The camera hangs askew: turn its picture in the Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture is black or frozen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face the camera</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stand still to make a gesture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>recognised</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last try: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about to be recognised</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waiting for the movement</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not in view: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the {side} hand is on its way back from: {gesture}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{} shoulder widths</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>Ctrl</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right Ctrl</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right Shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Alt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right Alt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Super</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right Super</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Esc</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Space</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tab</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backspace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Insert</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Home</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page Up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page Down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Print Screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Menu</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Caps Lock</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Num Lock</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scroll Lock</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Num +</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Num N{MINUS SIGN}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Num *</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Num /</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Num .</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brightness up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brightness down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play / pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next track</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous track</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop playing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Volume up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Volume down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Raise right hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Raise left hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hands up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>T pose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arms crossed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hand on hip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Swipe left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Swipe right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Swipe up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Swipe down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wave</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spread</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gather</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Push</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset zoom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Page down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right click</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Middle click</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Double click</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type “{}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Launch {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the window in front</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show “{}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause gestures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume gestures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause or resume gestures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scroll left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scroll right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scroll up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scroll down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the pointer left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the pointer right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the pointer up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the pointer down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>practice, nothing is performed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopped before its turn</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no browser window in front</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not in front: {}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>anywhere</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>windows like “{}”</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_WhyNotPanel</name>
    <message>
        <source>Rules of the gesture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every &amp;rule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show every rule of the gesture with its figures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit gesture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a gesture to see what keeps it from firing.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
